/** WORKDIR: a folder and those above it. */
import type { MkdirOperation } from '../plan/step.ts'
import type { Performed, StepIo } from '../solve/performer.ts'
import type { Value } from '../solve/value.ts'
import { layersOf, makeLayer } from './made-layer.ts'
import { ownerOf } from './owner.ts'
import type { PerformerParts } from './parts.ts'

/** Nothing is changed where it is there. */
export async function performMkdir(
  { store }: PerformerParts,
  { root, path, user }: MkdirOperation,
  inputs: readonly Value[],
  io: StepIo,
): Promise<Performed> {
  const diffIds = root === null ? [] : await layersOf(inputs[root])
  return makeLayer(store, diffIds, io.signal, async (place) => {
    const owner = user === '' ? null : await ownerOf(place, user)
    const frames = [
      { kind: 'rules', owner, chmod: '' },
      { kind: 'mkdir', path },
    ] as const
    await place.copy([], frames, io.signal)
  })
}
