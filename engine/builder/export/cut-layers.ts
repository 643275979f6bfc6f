/** Reproducible builds: no file of a layer is younger than SOURCE_DATE_EPOCH. */
import type { TarHeader } from '../../archive/entry.ts'
import { readTar } from '../../archive/read.ts'
import { END_OF_ARCHIVE, encodeHeader, padding } from '../../archive/write.ts'
import type { Descriptor, Digest } from '../../oci/descriptor.ts'
import type { Store } from '../../store/store.ts'
import type { ReadLayer } from './merge-layers.ts'
import { plainLayer } from './merged-files.ts'

/**
 * The diff ids of `layers` with times cut to `epoch` (seconds). The first `below` are the base's and stay; so does a
 * layer without a later time, byte for byte. `diffIds` are those of the layers as they are.
 */
export async function cutLayers(
  store: Store,
  layers: readonly Descriptor[],
  diffIds: readonly Digest[],
  below: number,
  epoch: number,
  signal: AbortSignal,
): Promise<readonly Digest[]> {
  const result: Digest[] = []
  for (const [at, diffId] of diffIds.entries()) {
    const read = plainLayer(store, layers[at] as Descriptor)
    if (at < below || !(await hasLater(read, epoch))) result.push(diffId)
    else {
      const options = { whiteouts: true, signal }
      result.push((await store.addUnknownLayer(cutTimes(await read(), epoch), options)).diffId)
    }
  }
  return result
}

async function hasLater(read: ReadLayer, epoch: number): Promise<boolean> {
  for await (const { header } of readTar(await read())) if (isLater(header, epoch)) return true
  return false
}

async function* cutTimes(source: AsyncIterable<Uint8Array>, epoch: number): AsyncGenerator<Uint8Array> {
  for await (const { header, body } of readTar(source)) {
    yield encodeHeader(isLater(header, epoch) ? cut(header, epoch) : header)
    if (header.size === 0) continue
    yield* body
    yield padding(header.size)
  }
  yield END_OF_ARCHIVE
}

function isLater({ mtime, pax }: TarHeader, epoch: number): boolean {
  return mtime > epoch || Number(pax.get('mtime') ?? 0) > epoch
}

function cut(header: TarHeader, epoch: number): TarHeader {
  const pax = new Map(header.pax)
  pax.delete('mtime')
  return { ...header, mtime: epoch, pax }
}
