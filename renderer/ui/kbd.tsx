/** A key as it is printed on a keyboard. */
import { cx } from './cx.ts'

export function Kbd(props: { readonly keys: string; readonly className?: string | undefined }) {
  return (
    <kbd
      className={cx(
        'inline-flex h-[18px] min-w-[18px] items-center justify-center whitespace-nowrap rounded border border-line-strong bg-raised px-1 font-mono text-11 leading-none text-muted',
        props.className,
      )}
    >
      {props.keys}
    </kbd>
  )
}
