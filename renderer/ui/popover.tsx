/** A panel that floats at a button. */
import { Popover as Base } from '@base-ui/react/popover'
import type { ReactElement, ReactNode } from 'react'
import { cx } from './cx.ts'

export function Popover(props: {
  readonly label: string
  readonly trigger: ReactElement<Record<string, unknown>>
  readonly open?: boolean
  readonly onOpenChange?: (open: boolean) => void
  readonly side?: 'top' | 'bottom' | 'right'
  readonly align?: 'start' | 'end' | 'center'
  readonly className?: string
  readonly children: ReactNode
}) {
  return (
    <Base.Root
      {...(props.open === undefined ? {} : { open: props.open })}
      onOpenChange={(open) => props.onOpenChange?.(open)}
    >
      <Base.Trigger render={props.trigger} />
      <Base.Portal>
        <Base.Positioner
          className="z-50"
          side={props.side ?? 'bottom'}
          align={props.align ?? 'end'}
          sideOffset={6}
        >
          <Base.Popup
            aria-label={props.label}
            className={cx(
              'animate-appear rounded-panel border border-line-strong bg-raised shadow-float outline-none',
              props.className,
            )}
          >
            {props.children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
