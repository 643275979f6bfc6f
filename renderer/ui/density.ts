/** Row heights by the person's choice of density, for lists that place their rows themselves. */
import { createContext, use } from 'react'

export type Density = 'comfortable' | 'compact'

/** Given by the frame. */
export const DensityContext = createContext<Density>('comfortable')

/** Height of a row in pixels; the same figure as `--row`. */
export function useRowHeight(): number {
  return use(DensityContext) === 'compact' ? 28 : 36
}
