/** A text box that proposes what is known, and takes anything else. */
import { Autocomplete as Base } from '@base-ui/react/autocomplete'
import { type ReactNode, type Ref, useRef, useState } from 'react'
import { cx } from './cx.ts'
import { inputLook } from './field.tsx'

export interface Proposal {
  readonly value: string
  readonly note?: string
}

export function Autocomplete(props: {
  readonly id: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly proposals: readonly Proposal[]
  readonly placeholder?: string
  readonly before?: ReactNode
  readonly after?: ReactNode
  readonly invalid?: boolean
  readonly ref?: Ref<HTMLInputElement>
}) {
  const box = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState(false)
  const low = props.value.trim().toLowerCase()
  // A proposal of what is typed already would only cover the form.
  const hits = props.proposals
    .filter((each) => each.value !== props.value && each.value.toLowerCase().includes(low))
    .slice(0, 60)
  return (
    <Base.Root
      items={hits}
      filter={null}
      // Open with nothing to choose from, it would still take the rest of a dialog away from assistive technology.
      open={open && hits.length > 0}
      onOpenChange={setOpen}
      value={props.value}
      onValueChange={(value) => props.onChange(value)}
      itemToStringValue={(item) => item.value}
    >
      <div
        ref={box}
        className={cx(
          inputLook,
          'flex items-center gap-2 focus-within:border-focus focus-within:bg-raised focus-within:shadow-[0_0_0_3px_var(--selected)]',
          props.invalid && 'border-bad',
        )}
      >
        {props.before}
        <Base.Input
          ref={props.ref}
          id={props.id}
          placeholder={props.placeholder}
          spellCheck={false}
          autoComplete="off"
          className="min-w-0 flex-1 bg-transparent outline-none"
        />
        {props.after}
      </div>
      <Base.Portal>
        <Base.Positioner anchor={box} className="z-50" sideOffset={4} align="start">
          <Base.Popup className="animate-appear max-h-72 w-[max(var(--anchor-width),280px)] overflow-y-auto rounded-lg border border-line-strong bg-raised p-1 shadow-float empty:hidden">
            <Base.List>
              {(item: Proposal) => (
                <Base.Item
                  key={item.value}
                  value={item}
                  className="flex h-7 select-none items-center gap-2 rounded px-2 text-13 outline-none data-[highlighted]:bg-selected"
                >
                  <span className="min-w-0 flex-1 truncate">{item.value}</span>
                  {item.note && <span className="shrink-0 text-12 text-muted">{item.note}</span>}
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
