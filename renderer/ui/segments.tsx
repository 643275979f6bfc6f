/** One of two or three, all in sight. */
import { cx } from './cx.ts'
import type { Choice } from './select.tsx'

export function Segments<Value extends string>(props: {
  readonly label: string
  readonly value: Value
  readonly choices: readonly Choice<Value>[]
  readonly onChange: (value: Value) => void
}) {
  return (
    <div
      role="radiogroup"
      aria-label={props.label}
      className="inline-flex w-fit rounded-control border border-line-strong bg-sunken p-0.5"
    >
      {props.choices.map((choice) => {
        const on = choice.value === props.value
        return (
          // biome-ignore lint/a11y/useSemanticElements: a native radio cannot carry the look of a segment
          <button
            key={choice.value}
            type="button"
            role="radio"
            aria-checked={on}
            onClick={() => props.onChange(choice.value)}
            className={cx(
              'h-6 rounded px-2.5 text-12 font-medium',
              on ? 'bg-raised text-text shadow-[0_0_0_1px_var(--line-strong)]' : 'text-muted hover:text-text',
            )}
          >
            {choice.label}
          </button>
        )
      })}
    </div>
  )
}
