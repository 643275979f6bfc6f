/** A box to tick, with its words. */
import { Checkbox as Base } from '@base-ui/react/checkbox'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

export function Checkbox(props: {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly children: ReactNode
  readonly hint?: ReactNode
  readonly className?: string
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the box is the control, it is drawn by the component library
    <label className={cx('flex items-start gap-2', props.className)}>
      <Base.Root
        checked={props.checked}
        onCheckedChange={props.onChange}
        className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded border border-line-strong bg-sunken data-[checked]:border-accent data-[checked]:bg-accent data-[checked]:text-accent-text"
      >
        <Base.Indicator>
          <Check className="size-3" strokeWidth={3} />
        </Base.Indicator>
      </Base.Root>
      <span>
        {props.children}
        {props.hint && <span className="block text-12 text-muted">{props.hint}</span>}
      </span>
    </label>
  )
}
