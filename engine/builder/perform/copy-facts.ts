/** What a COPY's result depends on: the digests of the files that it takes, by their names. */
import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { join, posix } from 'node:path'
import { EngineError, isEngineError } from '../../errors.ts'
import type { Digest } from '../../oci/descriptor.ts'
import type { Store } from '../../store/store.ts'
import type { CopyOperation } from '../plan/step.ts'
import type { Fact } from '../solve/performer.ts'
import type { SourceFolder, Value } from '../solve/value.ts'
import { below, missing } from './folder-source.ts'
import { layersOf } from './made-layer.ts'
import type { PerformerParts } from './parts.ts'
import { type Selected, select } from './selection.ts'

/** Digests of files in layers, which never change; of one engine. */
const known = new WeakMap<Store, Map<string, Digest>>()
const MOST_KNOWN = 10_000

/** One fact for each file of folders outside the store, one for what is taken of layers. */
export async function copyFacts(
  parts: PerformerParts,
  operation: CopyOperation,
  inputs: readonly Value[],
): Promise<readonly Fact[]> {
  const facts: Fact[] = []
  for (const [place, source] of operation.sources.entries()) {
    if (source.kind === 'inline') continue
    const value = inputs[source.input]
    if (!value)
      throw new EngineError('internal', 'a step of the plan copies of an input that it does not have')
    for (const selected of await select(parts, operation, source, value)) {
      const as = `${place} ${selected.isFolder ? '' : selected.name}`
      if (value.kind === 'folder') facts.push(...(await ofFolder(value.folder, selected, as)))
      else facts.push({ name: source.path, value: await ofLayers(parts.store, value, selected), as })
    }
  }
  return facts
}

async function ofFolder(
  folder: SourceFolder,
  { path, whole, entries }: Selected,
  as: string,
): Promise<Fact[]> {
  const facts: Fact[] = []
  if (entries !== null && !whole) {
    // Modes of folders count, too: one digest tells of all that are taken.
    const folders = createHash('sha256')
    for await (const entry of entries) {
      const name = below(path, entry)
      const stats = lstatSync(join(folder.path, name), { throwIfNoEntry: false })
      if (stats?.isDirectory()) {
        const owner = folder.owners === 'root' ? '' : `${stats.uid}:${stats.gid}`
        folders.update(`${entry}\0${stats.mode}\0${owner}\n`)
        continue
      }
      const digest = await folder.digest(name)
      if (digest) facts.push({ name, value: digest, as: `${as}/${entry}` })
    }
    return [...facts, { name: `folders of ${path || '.'}`, value: `sha256:${folders.digest('hex')}`, as }]
  }
  const digest = await folder.digest(path, (name, value) => {
    if (name !== path)
      facts.push({ name, value, as: `${as}/${path === '' ? name : name.slice(path.length + 1)}` })
  })
  if (!digest) throw missing(path)
  return [...facts, { name: path || '.', value: digest, as }]
}

async function ofLayers(store: Store, value: Value, { path, entries }: Selected): Promise<Digest> {
  const diffIds = await layersOf(value)
  const paths: string[] = []
  if (entries === null) paths.push(posix.join('/', path))
  // A name with a slash at its end is the folder alone.
  else for await (const entry of entries) paths.push(posix.join('/', path, entry))
  const digests = known.get(store) ?? new Map<string, Digest>()
  known.set(store, digests)
  const key = [diffIds.join(' '), ...paths].join('\0')
  const before = digests.get(key)
  if (before) return before
  try {
    const digest = await store.digestInLayers(diffIds, paths)
    if (digests.size >= MOST_KNOWN) digests.clear()
    digests.set(key, digest)
    return digest
  } catch (error) {
    throw isEngineError(error, 'not-found') ? missing(path) : error
  }
}
