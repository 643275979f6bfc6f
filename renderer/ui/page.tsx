/** The shape of a page: a head with title, filter and acts over its content. */
import type { ReactNode } from 'react'

export function Page(props: {
  readonly title: string
  readonly search?: ReactNode
  readonly acts?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <section aria-label={props.title} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex h-12 shrink-0 items-center gap-4 border-b border-line px-5">
        <h1 className="shrink-0 text-15 font-semibold">{props.title}</h1>
        <div className="flex min-w-0 flex-1">{props.search}</div>
        <div className="flex shrink-0 items-center gap-2.5">{props.acts}</div>
      </header>
      {props.children}
    </section>
  )
}
