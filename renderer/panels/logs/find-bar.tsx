/** Find in a log or a terminal: a box with next, previous and how many. */
import { ChevronDown, ChevronUp, X } from 'lucide-react'

export function FindBar(props: {
  readonly value: string
  /** How many were found; null when that is not known. */
  readonly count: number | null
  readonly at: number
  readonly onChange: (value: string) => void
  readonly onStep: (by: 1 | -1) => void
  readonly onClose: () => void
}) {
  const button =
    'flex size-6 items-center justify-center rounded text-term-muted hover:bg-term-line hover:text-term-text'
  return (
    <search className="animate-appear absolute right-4 top-2 z-10 flex items-center gap-1 rounded-lg border border-term-line bg-term-raised py-1 pl-3 pr-1 text-12 text-term-text shadow-float">
      <input
        // biome-ignore lint/a11y/noAutofocus: the box was asked for to type in
        autoFocus
        aria-label="Find in these lines"
        placeholder="Find"
        spellCheck={false}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') props.onStep(event.shiftKey ? -1 : 1)
          if (event.key === 'Escape') props.onClose()
          event.stopPropagation()
        }}
        className="w-52 bg-transparent font-mono outline-none placeholder:text-term-muted"
      />
      {props.count !== null && (
        <span role="status" className="figures px-2 text-term-muted">
          {props.value === ''
            ? ''
            : props.count === 0
              ? 'none'
              : `${props.at + 1} of ${props.count.toLocaleString('en')}`}
        </span>
      )}
      <button type="button" aria-label="Previous" className={button} onClick={() => props.onStep(-1)}>
        <ChevronUp className="size-4" />
      </button>
      <button type="button" aria-label="Next" className={button} onClick={() => props.onStep(1)}>
        <ChevronDown className="size-4" />
      </button>
      <button type="button" aria-label="Close find" className={button} onClick={props.onClose}>
        <X className="size-4" />
      </button>
    </search>
  )
}
