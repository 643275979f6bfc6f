/** Toasts: only for what ended away from the eye. */
import { Toaster as Sonner, toast } from 'sonner'

/** Stands once in the frame. */
export function Toaster(props: { readonly dark: boolean }) {
  return (
    <Sonner
      theme={props.dark ? 'dark' : 'light'}
      position="bottom-right"
      offset={{ bottom: 40, right: 16 }}
      toastOptions={{
        className:
          '!bg-raised !border-line-strong !text-text !text-13 !rounded-panel !shadow-float !font-sans',
        descriptionClassName: '!text-muted !text-12',
      }}
    />
  )
}

/** Tells that something away from the eye ended; the button leads to it. */
export function tell(
  kind: 'done' | 'failed',
  title: string,
  more: {
    readonly description?: string
    readonly act?: { readonly label: string; readonly run: () => void }
  } = {},
): void {
  const options = {
    ...(more.description === undefined ? {} : { description: more.description }),
    ...(more.act ? { action: { label: more.act.label, onClick: more.act.run } } : {}),
    duration: kind === 'failed' ? 12_000 : 4000,
  }
  if (kind === 'failed') toast.error(title, options)
  else toast.success(title, options)
}
