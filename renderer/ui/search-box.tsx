/** The box at the top of a page that filters its list; `/` goes there, Escape empties and leaves it. */
import { Search, X } from 'lucide-react'
import { type ReactNode, type Ref, useEffect, useState } from 'react'
import { cx } from './cx.ts'
import { Kbd } from './kbd.tsx'

/** Not type=search, whose own clear button and Escape would come beside ours. */
const searchBox = { role: 'searchbox' } as const

export function SearchBox(props: {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly placeholder: string
  readonly ref?: Ref<HTMLInputElement>
  readonly before?: ReactNode
  readonly onLeave?: () => void
  readonly className?: string
}) {
  const [text, setText] = useState(props.value)
  // What others write (a token chosen from a menu, the address) shows here; what is typed stays ours meanwhile.
  useEffect(() => setText(props.value), [props.value])
  const change = (value: string) => {
    setText(value)
    props.onChange(value)
  }
  return (
    <div
      className={cx(
        'flex h-(--control) min-w-0 items-center gap-2 rounded-control border border-line-strong bg-raised px-2 focus-within:border-focus focus-within:shadow-[0_0_0_3px_var(--selected)]',
        props.className,
      )}
    >
      <Search aria-hidden="true" className="size-4 shrink-0 text-muted" />
      {props.before}
      <input
        ref={props.ref}
        type="text"
        {...searchBox}
        aria-label={props.placeholder}
        placeholder={props.placeholder}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.stopPropagation()
            if (text !== '') change('')
            else props.onLeave?.()
          } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault()
            props.onLeave?.()
          }
        }}
        className="min-w-0 flex-1 bg-transparent text-13 outline-none"
      />
      {text === '' ? (
        <Kbd keys="/" />
      ) : (
        <button
          type="button"
          aria-label="Clear the filter"
          onClick={() => change('')}
          className="rounded text-muted hover:text-text"
        >
          <X className="size-3.5" />
        </button>
      )}
    </div>
  )
}
