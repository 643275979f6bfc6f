/** A part of the run form that folds; its head tells in short what is in it. */
import { ChevronRight } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { cx } from '../../../ui/cx.ts'

/** What stands at the head of a section, and whether it is open. */
export interface SectionHead {
  readonly title: string
  readonly summary: string
  readonly open: boolean
  readonly onToggle: () => void
}

export function Section(props: SectionHead & { readonly children: ReactNode }) {
  const id = useId()
  return (
    <section className="border-t border-line">
      <h3>
        <button
          type="button"
          aria-expanded={props.open}
          aria-controls={id}
          onClick={props.onToggle}
          className="flex h-11 w-full items-center gap-2.5 rounded"
        >
          <ChevronRight className={cx('size-3.5 text-soft', props.open && 'rotate-90')} />
          <span className="font-semibold">{props.title}</span>
          <span className="truncate text-12 text-muted">{props.summary}</span>
        </button>
      </h3>
      {props.open && (
        <div id={id} className="flex flex-col gap-2 pb-3">
          {props.children}
        </div>
      )}
    </section>
  )
}

/** Adds one more line to a section. */
export function AddLine(props: { readonly children: ReactNode; readonly onAdd: () => void }) {
  return (
    <button
      type="button"
      onClick={props.onAdd}
      className="w-fit rounded font-medium text-link hover:underline"
    >
      {props.children}
    </button>
  )
}
