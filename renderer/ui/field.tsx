/** A label, a box to type in, and what is wrong with it. */
import { type ComponentProps, type ReactNode, useId } from 'react'
import { cx } from './cx.ts'

/** The look of every text box. */
export const inputLook =
  'h-(--control) min-w-0 rounded-control border border-line-strong bg-page px-2.5 text-13 text-text outline-none placeholder:text-muted hover:border-[color-mix(in_oklch,var(--line-strong),var(--text)_15%)] focus:border-focus focus:bg-raised focus:shadow-[0_0_0_3px_var(--selected)] aria-invalid:border-bad disabled:opacity-50'

export function TextInput({
  className,
  mono,
  ...rest
}: ComponentProps<'input'> & { readonly mono?: boolean | undefined }) {
  return (
    <input
      type="text"
      autoComplete="off"
      spellCheck={false}
      className={cx(inputLook, mono && 'font-mono text-12', className)}
      {...rest}
    />
  )
}

/** Lets Enter in any field send a form whose visible button stands outside of it, in the dialog's foot. */
export function SubmitOnEnter() {
  return <button type="submit" hidden tabIndex={-1} aria-hidden="true" />
}

/** A labelled field; `children` gets the ids to wire up. The hint gives way to the error. */
export function Field(props: {
  readonly label: string
  readonly hint?: ReactNode
  readonly error?: ReactNode
  readonly className?: string
  readonly children: (ids: { readonly id: string; readonly 'aria-describedby': string }) => ReactNode
}) {
  const id = useId()
  const note = props.error ?? props.hint
  return (
    <div className={cx('flex min-w-0 flex-col gap-1', props.className)}>
      <label htmlFor={id} className="text-12 text-soft">
        {props.label}
      </label>
      {props.children({ id, 'aria-describedby': `${id}-note` })}
      <p
        id={`${id}-note`}
        className={cx('text-12', props.error ? 'text-bad-text' : 'text-muted', !note && 'hidden')}
      >
        {note}
      </p>
    </div>
  )
}
