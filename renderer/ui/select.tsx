/** One of a few. */
import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronDown } from 'lucide-react'
import { cx } from './cx.ts'

export interface Choice<Value extends string> {
  readonly value: Value
  readonly label: string
}

export function Select<Value extends string>(props: {
  readonly label: string
  readonly value: Value
  readonly choices: readonly Choice<Value>[]
  readonly onChange: (value: Value) => void
  readonly id?: string
  readonly className?: string
}) {
  return (
    <Base.Root
      value={props.value}
      items={props.choices as Choice<Value>[]}
      onValueChange={(value) => value !== null && props.onChange(value as Value)}
    >
      <Base.Trigger
        id={props.id}
        aria-label={props.label}
        className={cx(
          'inline-flex h-(--control) items-center justify-between gap-2 rounded-control border border-line-strong bg-raised px-2.5 text-13 hover:bg-sunken',
          props.className,
        )}
      >
        <Base.Value />
        <Base.Icon>
          <ChevronDown className="size-3.5 text-muted" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="z-50" sideOffset={4} alignItemWithTrigger={false}>
          <Base.Popup className="animate-appear min-w-[var(--anchor-width)] rounded-lg border border-line-strong bg-raised p-1 shadow-float outline-none">
            {props.choices.map((choice) => (
              <Base.Item
                key={choice.value}
                value={choice.value}
                className="flex h-7 select-none items-center gap-2 rounded px-2 pr-6 text-13 outline-none data-[highlighted]:bg-selected"
              >
                <Base.ItemIndicator keepMounted className="opacity-0 data-[selected]:opacity-100">
                  <Check className="size-3.5" />
                </Base.ItemIndicator>
                <Base.ItemText>{choice.label}</Base.ItemText>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
