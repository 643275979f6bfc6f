/** What a build leaves for other machines: its records and the layers of them. */
import { createGzip } from 'node:zlib'
import type { Descriptor, Digest, Manifest } from '../../../oci/descriptor.ts'
import { digestOf } from '../../../oci/digest.ts'
import { OCI_LAYER, OCI_MANIFEST } from '../../../oci/media-types.ts'
import type { ImageRecords, Store } from '../../../store/store.ts'
import type { BuildPlan } from '../../plan/step.ts'
import type { Cache } from '../../solve/cache.ts'
import type { StepIo } from '../../solve/performer.ts'
import type { Solved } from '../../solve/solver.ts'
import { describeLayers } from '../layers.ts'
import { CACHE_CONFIG, encodeCache, type TravellingRecord } from './document.ts'
import type { CacheBlob, CachePlace } from './place.ts'

/** `min` is what the image itself is made of; `max` is every stage. */
export type CacheMode = 'min' | 'max'

/** Records of a build's steps, in the order of its plan. */
export function recordsOf(
  plan: BuildPlan,
  solved: Solved,
  cache: Cache,
  mode: CacheMode,
): readonly TravellingRecord[] {
  const { step } = plan.image
  const target = step === null ? [] : (solved.diffIds(step) ?? [])
  return plan.steps.flatMap(({ id, name, origin, operation }): readonly TravellingRecord[] => {
    const record = solved.record(id)
    if (record === null || (mode === 'min' && !isBelow(record.diffIds, target))) return []
    const { diffIds, inputs, addedBytes, createdAt } = record
    const type = operation.kind === 'merge' ? 'internal' : 'regular'
    const keys = cache.keysOf(record.id)
    return [{ keys, diffIds, inputs, addedBytes, createdAt, description: origin?.text ?? name, type }]
  })
}

/** Puts the records and their layers in a place. Layers that were made here travel as gzip. */
export async function exportCache(
  parts: { readonly store: Store; readonly records: ImageRecords },
  found: readonly TravellingRecord[],
  place: CachePlace,
  io: StepIo,
): Promise<void> {
  const { store } = parts
  const diffIds = [...new Set(found.flatMap((record) => record.diffIds))]
  // Nobody but this holds what is made for the journey.
  await store.holding(async () => {
    const layers = new Map<Digest, Descriptor>()
    for (const [at, layer] of (await describeLayers(store, parts.records, diffIds)).entries()) {
      layers.set(diffIds[at] as Digest, await packed(store, layer, io.signal))
    }
    const config = encodeCache({ records: found, layers })
    const manifest: Manifest = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: { mediaType: CACHE_CONFIG, digest: digestOf(config), size: config.length },
      layers: [...new Map([...layers.values()].map((layer) => [layer.digest, layer])).values()],
    }
    const bytes = Buffer.from(JSON.stringify(manifest))
    const blobs: CacheBlob[] = [
      ...manifest.layers.map((descriptor) => ({ descriptor, read: () => readBlob(store, descriptor) })),
      { descriptor: manifest.config, read: async () => once(config) },
    ]
    const descriptor = { mediaType: OCI_MANIFEST, digest: digestOf(bytes), size: bytes.length }
    let last: string | null = null
    const begun = ({ digest }: Descriptor) => {
      if (last !== null) io.status(last, 0, 0, true)
      last = `writing layer ${digest}`
      io.status(last, 0, 0, false)
    }
    await place.write(blobs, { descriptor, bytes }, { signal: io.signal, begun })
    if (last !== null) io.status(last, 0, 0, true)
    io.status(`writing cache manifest ${descriptor.digest}`, 0, 0, true)
  })
}

function isBelow(diffIds: readonly Digest[], target: readonly Digest[]): boolean {
  return diffIds.length <= target.length && diffIds.every((diffId, at) => diffId === target[at])
}

async function packed(store: Store, layer: Descriptor, signal: AbortSignal): Promise<Descriptor> {
  if (layer.mediaType !== OCI_LAYER) return layer
  const plain = await store.readBlob(layer.digest)
  const gzip = createGzip()
  plain.on('error', (error) => gzip.destroy(error))
  try {
    const blob = await store.writeUnknownBlob(plain.pipe(gzip) as AsyncIterable<Uint8Array>, signal)
    return { mediaType: `${OCI_LAYER}+gzip`, ...blob }
  } finally {
    plain.destroy()
    gzip.destroy()
  }
}

async function readBlob(store: Store, { digest }: Descriptor): Promise<AsyncIterable<Uint8Array>> {
  return (await store.readBlob(digest)) as AsyncIterable<Uint8Array>
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes
}
