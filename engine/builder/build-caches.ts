/** The part of a build that is about caches of elsewhere: read before it solves, written after its image. */
import { formatReference, parseReference, withDefaultTag } from '../oci/reference.ts'
import type { Registry } from '../registry/registry.ts'
import { INLINE_FIELD } from './export/cache/document.ts'
import { type CacheMode, exportCache, recordsOf } from './export/cache/export-cache.ts'
import { ImportedCaches } from './export/cache/import-caches.ts'
import type { FoundCache } from './export/cache/place.ts'
import { parsed, read } from './export/cache/registry-place.ts'
import { cacheSource, cacheTarget } from './export/cache/specs.ts'
import type { ExportParts } from './export/target.ts'
import type { OwnSteps } from './own-steps.ts'
import type { BuildPlan } from './plan/step.ts'
import type { BuildRequest, CacheSpec } from './request.ts'
import type { Cache } from './solve/cache.ts'
import type { Solved } from './solve/solver.ts'

type Parts = Pick<ExportParts, 'store' | 'records'> & {
  readonly registry: Registry
  readonly signal: AbortSignal
}

/** What `--cache-from` names, as far as it can be had; null where nothing was. A cache that cannot be read is told and left. */
export async function importCaches(
  { cacheFrom, credentials }: BuildRequest,
  { registry, store, records, signal }: Parts,
  own: OwnSteps,
): Promise<ImportedCaches | null> {
  const found: FoundCache[] = []
  for (const [at, spec] of cacheFrom.entries()) {
    const local = await localImage(spec, { store, records })
    if (local) {
      found.push(local)
      continue
    }
    const place = cacheSource(spec, registry, credentials)
    const name = `importing cache manifest from ${place.name}`
    const cache = await own
      .run({ id: `cache-from${at}`, name }, signal, () => place.read(signal))
      .catch((error: unknown) => {
        // Its step has said so. A build without a cache is slower and as right.
        if (signal.aborted) throw error
        return null
      })
    if (cache) found.push(cache)
  }
  return found.length === 0 ? null : new ImportedCaches(found, store, signal)
}

/** The records of an image of this store, as the classic `--cache-from NAME` means it. */
async function localImage(
  { type, fields }: CacheSpec,
  { store, records }: Pick<Parts, 'store' | 'records'>,
): Promise<FoundCache | null> {
  if (type !== 'registry' || fields.ref === undefined) return null
  const name = formatReference(withDefaultTag(parseReference(fields.ref)))
  const image = records.all().find(({ references }) => references.includes(name))
  if (!image) return null
  const cache = read(image.manifest, parsed(await store.readDocument(image.id)))
  return cache && { ...cache, open: async ({ digest }) => store.readBlob(digest) }
}

/** Fields that `--cache-to type=inline` adds to the image's config. */
export function inlineCache(
  { cacheTo }: BuildRequest,
  plan: BuildPlan,
  solved: Solved,
  cache: Cache,
): Readonly<Record<string, unknown>> {
  if (!cacheTo.some(({ type }) => type === 'inline')) return {}
  return { [INLINE_FIELD]: { version: 1, records: recordsOf(plan, solved, cache, 'min') } }
}

/** Throws `invalid` or `not-implemented` for what `--cache-to` cannot mean, before anything is built. */
export function checkCacheTargets({ cacheTo, credentials }: BuildRequest, registry: Registry): void {
  for (const spec of cacheTo) cacheTarget(spec, registry, credentials)
}

/** Writes what `--cache-to` names, each as a step of its own. */
export async function exportCaches(
  { cacheTo, credentials }: BuildRequest,
  { plan, solved, cache }: { readonly plan: BuildPlan; readonly solved: Solved; readonly cache: Cache },
  { registry, store, records, signal }: Parts,
  own: OwnSteps,
): Promise<void> {
  for (const [at, spec] of cacheTo.entries()) {
    const target = cacheTarget(spec, registry, credentials)
    if (target.kind === 'inline') continue
    const { place, mode, ignoreError } = target
    const step = { id: `cache-to${at}`, name: `exporting cache to ${place.name}` }
    await own
      .run(step, signal, (io) => exportCache({ store, records }, found(mode), place, io))
      .catch((error: unknown) => {
        if (!ignoreError || signal.aborted) throw error
      })
  }
  function found(mode: CacheMode) {
    return recordsOf(plan, solved, cache, mode)
  }
}
