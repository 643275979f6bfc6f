/** The frame around every operation that makes a layer. */
import type { Digest } from '../../oci/descriptor.ts'
import type { MadeRoot } from '../../store/made-roots.ts'
import type { Store } from '../../store/store.ts'
import { CommandFailed, type Performed } from '../solve/performer.ts'
import type { Value } from '../solve/value.ts'

/** The layers of a value, which the store has when this resolves. A folder has none: a plan never asks. */
export async function layersOf(value: Value | undefined): Promise<readonly Digest[]> {
  if (value?.kind === 'image') await value.fetch()
  return value === undefined || value.kind === 'folder' ? [] : value.diffIds
}

/**
 * Does `work` on a root of these layers and keeps what it changed. Nothing is left of a root whose work failed, but of
 * a command's: its error names the layers of what it left.
 */
export function makeLayer(
  store: Store,
  diffIds: readonly Digest[],
  signal: AbortSignal,
  work: (root: MadeRoot) => Promise<void>,
): Promise<Performed> {
  return store.holding(async () => {
    const root = await store.makeRoot(diffIds)
    try {
      await work(root)
      const layer = await root.adopt(signal)
      const all = layer ? [...diffIds, layer.diffId] : diffIds
      return { value: { kind: 'layers', diffIds: all }, addedBytes: layer?.sizeBytes ?? 0 }
    } catch (error) {
      throw error instanceof CommandFailed ? await withRemains(error, root) : error
    } finally {
      await root.discard()
    }
  })
}

async function withRemains({ operation, exitCode }: CommandFailed, root: MadeRoot): Promise<CommandFailed> {
  try {
    const layer = await root.adopt()
    const diffIds = layer ? [...root.diffIds, layer.diffId] : root.diffIds
    return new CommandFailed(operation, exitCode, { diffIds, addedBytes: layer?.sizeBytes ?? 0 })
  } catch {
    // That the command failed is what is to be told, and not that a full disk holds nothing of it.
    return new CommandFailed(operation, exitCode, null)
  }
}
