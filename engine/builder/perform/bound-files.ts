/** What RUN --mount=type=bind shows: files of layers or of a folder outside the store. What is written there is lost. */
import { lstat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { resolveInRoot } from '../../host/rooted-path.ts'
import type { Value } from '../solve/value.ts'
import { entriesIn, matchesIn, missing } from './folder-source.ts'
import { layersOf } from './made-layer.ts'
import type { PerformerParts } from './parts.ts'

/** A place of the host to be mounted, until `close`. */
export interface BoundFiles {
  readonly path: string
  close(): Promise<void>
}

/** Throws `not-found` in BuildKit's words when there is nothing at `source`. */
export async function openBound(parts: PerformerParts, value: Value, source: string): Promise<BoundFiles> {
  if (value.kind === 'folder') return openFolder(parts, value, source)
  const root = await parts.store.makeRoot(await layersOf(value))
  try {
    const path = await resolveInRoot(await root.mount(), source)
    if (!(await lstat(path).catch(() => null))) throw missing(source)
    return { path, close: root.discard }
  } catch (error) {
    await root.discard()
    throw error
  }
}

/** A copy, which has what is part of the context and nothing else, and its owners. */
async function openFolder(
  { store }: PerformerParts,
  { folder }: Extract<Value, { kind: 'folder' }>,
  source: string,
): Promise<BoundFiles> {
  const [match] = await matchesIn(folder, source)
  if (!match) throw missing(source)
  const root = await store.makeRoot([])
  try {
    const { path, isFolder } = match
    const entries = isFolder ? entriesIn(folder, path, null) : null
    const destination = isFolder ? '/files' : '/file'
    const place = { source: 0, rootOwned: folder.owners === 'root', path, name: posix.basename(path) }
    await root.copy(
      [folder.path],
      [
        { kind: 'rules', owner: null, chmod: '' },
        { kind: 'copy', ...place, destination, entries },
      ],
    )
    return { path: join(root.upper, destination), close: root.discard }
  } catch (error) {
    await root.discard()
    throw error
  }
}
