/** COPY and ADD, as BuildKit has them: what is where afterwards is decided in the root itself (host/attach/copy.c). */
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { EngineError, isEngineError } from '../../errors.ts'
import type { CopyFrame } from '../../host/copy-files.ts'
import type { Digest } from '../../oci/descriptor.ts'
import type { MadeRoot } from '../../store/made-roots.ts'
import type { CopyOperation } from '../plan/step.ts'
import type { Performed, StepIo } from '../solve/performer.ts'
import type { Value } from '../solve/value.ts'
import { isArchive } from './archive.ts'
import { missing } from './folder-source.ts'
import { layersOf, makeLayer } from './made-layer.ts'
import { ownerOf } from './owner.ts'
import type { PerformerParts } from './parts.ts'
import { select } from './selection.ts'

/** What is done one after the other. */
type Action =
  | { readonly kind: 'frame'; readonly frame: CopyFrame }
  | { readonly kind: 'unpack'; readonly archive: string }

export async function performCopy(
  parts: PerformerParts,
  operation: CopyOperation,
  inputs: readonly Value[],
  io: StepIo,
): Promise<Performed> {
  const { root, chown, chmod, destination } = operation
  const diffIds = root === null ? [] : await layersOf(inputs[root])
  const sources = await Promise.all(
    inputs.map(async (value) => (value.kind === 'folder' ? value.folder.path : await layersOf(value))),
  )
  return makeLayer(parts.store, diffIds, io.signal, async (place) => {
    const owner = chown === null ? null : await ownerOf(place, chown)
    const rules: CopyFrame = { kind: 'rules', owner, chmod: chmod ?? '' }
    let frames: CopyFrame[] = [rules]
    for (const action of await actions(parts, operation, inputs)) {
      if (action.kind === 'frame') {
        frames.push(action.frame)
        continue
      }
      const folder: CopyFrame = { kind: 'mkdir', path: destination }
      await copy(place, operation, sources, [...frames, folder], io.signal)
      frames = [rules]
      await place.unpack(destination, createReadStream(action.archive, { highWaterMark: 256 * 1024 }))
    }
    if (frames.length > 1) await copy(place, operation, sources, frames, io.signal)
  })
}

async function actions(
  parts: PerformerParts,
  operation: CopyOperation,
  inputs: readonly Value[],
): Promise<readonly Action[]> {
  const all: Action[] = []
  for (const source of operation.sources) {
    if (source.kind === 'inline') {
      const { name, mode } = source
      const content = Buffer.from(source.content)
      all.push({
        kind: 'frame',
        frame: { kind: 'inline', name, mode, content, destination: operation.destination },
      })
      continue
    }
    const value = inputs[source.input]
    if (!value)
      throw new EngineError('internal', `a step of the plan copies of an input that it does not have`)
    const folder = value.kind === 'folder' ? value.folder : null
    const unpacks =
      operation.unpack === 'always' || (operation.unpack === 'local-archives' && source.origin === 'local')
    for (const { isFolder, path, name, entries, destination } of await select(
      parts,
      operation,
      source,
      value,
    )) {
      const archive = folder && unpacks && !isFolder ? join(folder.path, path) : null
      if (archive !== null && (await isArchive(archive))) {
        all.push({ kind: 'unpack', archive })
        continue
      }
      const rootOwned = folder?.owners === 'root'
      const from = { source: source.input, rootOwned, path, name, entries }
      all.push({ kind: 'frame', frame: { kind: 'copy', ...from, destination } })
    }
  }
  return all
}

async function copy(
  place: MadeRoot,
  operation: CopyOperation,
  sources: readonly (string | readonly Digest[])[],
  frames: readonly CopyFrame[],
  signal: AbortSignal,
): Promise<void> {
  try {
    await place.copy(sources, frames, signal)
  } catch (error) {
    // All that can be missing is a source: folders of the destination are made.
    const lost =
      isEngineError(error, 'not-found') && /lstat (.*): No such file/.exec((error as Error).message)
    throw lost ? missing(lost[1] ?? operation.destination) : error
  }
}
