/** A dialog over the page: a title, a body that scrolls, a foot with the acts. Esc and the scrim close it. */
import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode, RefObject } from 'react'
import { cx } from './cx.ts'
import { Kbd } from './kbd.tsx'

/** Where the focus was before any dialog took it. One dialog may open the next, whose opener is then gone. */
let lastOfPage: HTMLElement | null = null
document.addEventListener('focusin', ({ target }) => {
  if (target instanceof HTMLElement && !target.closest('[role$=dialog],[data-base-ui-portal]'))
    lastOfPage = target
})

/** That element while it is there; else it is for the library to say. */
function focusOfPage(): HTMLElement | true {
  return lastOfPage?.isConnected ? lastOfPage : true
}

/** Names what has the focus once the open dialog is closed: what the dialog made, rather than what opened it. */
export function returnFocusTo(element: HTMLElement | null): void {
  if (element) lastOfPage = element
}

export function Dialog(props: {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly hint?: ReactNode
  readonly foot?: ReactNode
  readonly width?: number
  readonly first?: RefObject<HTMLElement | null> | undefined
  readonly onPaste?: (event: React.ClipboardEvent) => void
  readonly className?: string
  readonly children: ReactNode
}) {
  return (
    <Base.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Base.Viewport className="fixed inset-0 z-40 flex items-start justify-center overflow-hidden px-6 py-[6vh]">
          <Base.Popup
            initialFocus={props.first}
            finalFocus={focusOfPage}
            onPasteCapture={props.onPaste}
            style={{ width: props.width ?? 520 }}
            className={cx(
              'animate-appear flex max-h-full min-h-0 max-w-full flex-col overflow-hidden rounded-panel border border-line-strong bg-raised shadow-float outline-none',
              props.className,
            )}
          >
            <header className="flex h-[52px] shrink-0 items-center gap-2.5 border-b border-line px-5">
              <Base.Title
                title={props.title}
                className={cx('truncate text-15 font-semibold', props.hint && 'shrink-0')}
              >
                {props.title}
              </Base.Title>
              {props.hint && (
                <Base.Description className="truncate text-muted">{props.hint}</Base.Description>
              )}
              <Base.Close className="ml-auto shrink-0 rounded">
                <span className="sr-only">Close</span>
                <Kbd keys="Esc" />
              </Base.Close>
            </header>
            {props.children}
            {props.foot && (
              <footer className="flex min-h-14 shrink-0 items-center justify-end gap-2.5 border-t border-line px-5 py-3">
                {props.foot}
              </footer>
            )}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}
