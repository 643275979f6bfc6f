/** A menu at a button. */
import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import { cx } from './cx.ts'
import { Kbd } from './kbd.tsx'

export type MenuEntry =
  | {
      readonly label: string
      readonly icon?: ReactNode
      readonly keys?: string
      readonly danger?: boolean
      readonly disabled?: boolean
      readonly onSelect: () => void
    }
  | 'line'

const popup =
  'animate-appear min-w-48 max-w-80 rounded-lg border border-line-strong bg-raised p-1 shadow-float outline-none'

export function Menu(props: {
  readonly trigger: ReactElement<Record<string, unknown>>
  readonly entries: readonly MenuEntry[]
  readonly align?: 'start' | 'end'
}) {
  return (
    <Base.Root>
      <Base.Trigger render={props.trigger} />
      <Base.Portal>
        <Base.Positioner className="z-50" sideOffset={4} align={props.align ?? 'end'}>
          <Base.Popup className={popup}>
            {props.entries.map((entry, index) =>
              entry === 'line' ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line has nothing but its place
                <Base.Separator key={`line-${index}`} className="my-1 h-px bg-line" />
              ) : (
                <Base.Item
                  key={entry.label}
                  disabled={entry.disabled ?? false}
                  onClick={entry.onSelect}
                  className={cx(
                    'flex h-7 select-none items-center gap-2 rounded px-2 text-13 outline-none data-[disabled]:opacity-45 data-[highlighted]:bg-selected [&_svg]:size-4 [&_svg]:text-muted',
                    entry.danger && 'text-bad-text [&_svg]:text-bad-text',
                  )}
                >
                  {entry.icon}
                  <span className="flex-1 truncate">{entry.label}</span>
                  {entry.keys && <Kbd keys={entry.keys} />}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
