/** What COPY --from takes of layers: the files that a path or a pattern names. */
import { posix } from 'node:path'
import type { IgnoreRules } from '../../context/ignore.ts'
import { componentMatcher, hasWildcard, unescapePath } from '../../context/wildcards.ts'
import { isEngineError } from '../../errors.ts'
import type { Digest } from '../../oci/descriptor.ts'
import type { Store } from '../../store/store.ts'
import { below, type Match, missing } from './folder-source.ts'

/** What a path names that may be a pattern. Only a pattern has to be looked up: a path may turn out not to be there. */
export async function matchesInLayers(
  store: Store,
  diffIds: readonly Digest[],
  path: string,
): Promise<readonly Match[]> {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  const wild = parts.findIndex(hasWildcard)
  if (wild < 0) {
    const written = unescapePath(parts.join('/'))
    return [{ written, path: written, isFolder: written === '' }]
  }
  const fixed = unescapePath(parts.slice(0, wild).join('/'))
  const listing = await list(store, diffIds, fixed)
  if (!listing) return []
  const matchers = parts.slice(wild).map((part) => (part === '**' ? null : componentMatcher(part)))
  const found = listing.entries.filter(
    (entry) => entry.path !== '' && matchesAll(matchers, entry.path.split('/')),
  )
  return found.map((entry) => ({
    written: below(fixed, entry.path),
    path: below(listing.path, entry.path),
    isFolder: entry.isFolder,
  }))
}

/** Where a path leads and what is in it, without what is excluded. Throws `not-found` as BuildKit words it. */
export async function entriesInLayers(
  store: Store,
  diffIds: readonly Digest[],
  path: string,
  excluded: IgnoreRules | null,
): Promise<{ readonly path: string; readonly isFolder: boolean; readonly entries: readonly string[] }> {
  const listing = await list(store, diffIds, path)
  if (!listing) throw missing(path)
  const [self, ...inside] = listing.entries
  const entries = inside.map((entry) => entry.path).filter((each) => !excluded?.excludes(each))
  return { path: listing.path, isFolder: self?.isFolder ?? false, entries }
}

async function list(store: Store, diffIds: readonly Digest[], path: string) {
  try {
    return await store.listLayers(diffIds, posix.join('/', path))
  } catch (error) {
    if (isEngineError(error, 'not-found')) return null
    throw error
  }
}

/** `**` (null) stands for any number of components. */
function matchesAll(matchers: readonly (RegExp | null)[], parts: readonly string[]): boolean {
  const [first, ...rest] = matchers
  if (first === undefined) return parts.length === 0
  if (first === null) {
    if (rest.length === 0) return parts.length > 0
    return parts.some((_, at) => matchesAll(rest, parts.slice(at)))
  }
  const [part, ...others] = parts
  return part !== undefined && first.test(part) && matchesAll(rest, others)
}
