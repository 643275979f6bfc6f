/** Tabs over one object. */
import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'

export interface Tab {
  readonly id: string
  readonly label: string
  readonly content: ReactNode
}

/** Shows the tab whose id is `value`; only that one is mounted. */
export function Tabs(props: {
  readonly label: string
  readonly value: string
  readonly tabs: readonly Tab[]
  readonly onChange: (id: string) => void
}) {
  return (
    <Base.Root
      value={props.value}
      onValueChange={(value) => props.onChange(String(value))}
      className="flex min-h-0 flex-1 flex-col"
    >
      <Base.List aria-label={props.label} className="relative flex shrink-0 gap-5 border-b border-line px-5">
        {props.tabs.map((tab) => (
          <Base.Tab
            key={tab.id}
            value={tab.id}
            className="-mb-px flex h-8 items-center border-b-2 border-transparent text-13 font-medium text-soft outline-none hover:text-text focus-visible:rounded focus-visible:outline-2 focus-visible:outline-focus data-[active]:border-accent data-[active]:text-text"
          >
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {props.tabs.map((tab) => (
        <Base.Panel key={tab.id} value={tab.id} className="flex min-h-0 flex-1 flex-col outline-none">
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
