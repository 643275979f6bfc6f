/** Names and values, one a line. */
import type { ReactNode } from 'react'

export function Facts(props: { readonly children: ReactNode }) {
  return <dl className="flex flex-col">{props.children}</dl>
}

export function Fact(props: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="grid grid-cols-[104px_minmax(0,1fr)] gap-x-3 border-b border-line py-1.5 last:border-0">
      <dt className="text-muted">{props.name}</dt>
      <dd className="min-w-0 break-words">{props.children}</dd>
    </div>
  )
}
