/** A small act at the end of a row. */
import type { ReactNode } from 'react'

/** For the pointer alone, the list has the keys; plain, because every row in sight has two of them. */
export function RowButton(props: {
  readonly label: string
  readonly onPress: () => void
  readonly children: ReactNode
}) {
  return (
    <button
      type="button"
      tabIndex={-1}
      title={props.label}
      aria-label={props.label}
      onClick={(event) => {
        event.stopPropagation()
        props.onPress()
      }}
      className="flex size-6 items-center justify-center rounded text-soft hover:bg-hover hover:text-text [&_svg]:size-3.5"
    >
      {props.children}
    </button>
  )
}
