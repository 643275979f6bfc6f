/** What an icon means, on hover and on focus. */
import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactElement, ReactNode } from 'react'
import { Kbd } from './kbd.tsx'

/** One provider around the page, so that moving between icons shows the next tip at once. */
export function TooltipProvider(props: { readonly children: ReactNode }) {
  return <Base.Provider delay={500}>{props.children}</Base.Provider>
}

/** Puts a tip on `children`, which must take a ref and props; `keys` shows its key. */
export function Tooltip(props: {
  readonly label: ReactNode
  readonly keys?: string | undefined
  readonly side?: 'top' | 'bottom' | 'left' | 'right'
  readonly children: ReactElement<Record<string, unknown>>
}) {
  return (
    <Base.Root>
      <Base.Trigger render={props.children} />
      <Base.Portal>
        <Base.Positioner side={props.side ?? 'bottom'} sideOffset={6} className="z-50">
          <Base.Popup className="animate-appear flex max-w-80 items-center gap-2 rounded-control border border-line-strong bg-raised px-2 py-1 text-12 text-text shadow-float">
            {props.label}
            {props.keys && <Kbd keys={props.keys} />}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
