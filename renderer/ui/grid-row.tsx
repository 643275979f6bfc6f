/**
 * A row of a list that is a grid (WAI-ARIA 1.2), with the roles of its cells. The list holds the focus, handles the
 * keys and names the active row, so the row itself takes only clicks.
 */
import type { ComponentProps } from 'react'

/** Spread onto the elements that are a row's cells. */
export const gridCell = { role: 'gridcell' } as const
/** Spread onto the elements that head the columns. */
export const columnHead = { role: 'columnheader' } as const

export function GridRow(props: ComponentProps<'div'>) {
  // biome-ignore lint/a11y/useSemanticElements: rows are placed by the virtual list, a table could not hold them
  // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus
  return <div role="row" {...props} />
}
