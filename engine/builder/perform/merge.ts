/** Layers on layers: what `--link` made, put on its base. */
import type { Performed } from '../solve/performer.ts'
import type { Value } from '../solve/value.ts'
import { layersOf } from './made-layer.ts'

/** Nothing is read or written. */
export async function performMerge(inputs: readonly Value[]): Promise<Performed> {
  const layers = await Promise.all(inputs.map(layersOf))
  return { value: { kind: 'layers', diffIds: layers.flat() }, addedBytes: 0 }
}
