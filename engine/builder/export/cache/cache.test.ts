import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { header } from '../../../archive/entry.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../../../archive/write.ts'
import type { Digest } from '../../../oci/descriptor.ts'
import { FileStore } from '../../../store/file-store.ts'
import type { ImageRecord } from '../../../store/store.ts'
import type { Performer, StepIo } from '../../solve/performer.ts'
import { MemoryCache } from '../../solve/scripted-world.ts'
import { decodeCache, type TravellingRecord } from './document.ts'
import { exportCache } from './export-cache.ts'
import { folderPlace } from './folder-place.ts'
import { ImportedCaches } from './import-caches.ts'

const SIGNAL = new AbortController().signal
const IO: StepIo = { signal: SIGNAL, log: () => {}, status: () => {} }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-cache-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A machine: a store without images. */
function machine(name: string) {
  const records = { all: () => [], get: () => undefined, put: () => {}, remove: () => {} }
  const store = new FileStore({ root: join(folder, name), rootless: process.getuid?.() !== 0, records })
  return { store, records: records as { all: () => readonly ImageRecord[] } & typeof records }
}

async function layer(store: FileStore, name: string): Promise<Digest> {
  async function* tar() {
    yield Buffer.concat([encodeEntry(header('file', name), Buffer.from(name)), END_OF_ARCHIVE])
  }
  return (await store.addUnknownLayer(tar(), { whiteouts: true })).diffId
}

const record = (key: string, diffIds: readonly Digest[]): TravellingRecord => ({
  ...{ keys: [key, `${key}-too`], diffIds, inputs: [null], addedBytes: 5, createdAt: 1234 },
  ...{ description: `RUN ${key}`, type: 'regular' },
})

/** What asks nothing but whether layers are there. */
function asking(store: FileStore): Performer {
  return {
    contentFacts: async () => null,
    perform: async () => {
      throw new Error('nothing is to be done')
    },
    has: async (diffIds) => {
      for (const diffId of diffIds) if (!(await store.hasLayer(diffId))) return false
      return true
    },
  }
}

describe('a cache that travels', () => {
  test('through a folder, from one machine to another [07.05]', async () => {
    const [here, there] = [machine('here'), machine('there')]
    const [a, b] = [await layer(here.store, 'a'), await layer(here.store, 'b')]
    const place = folderPlace(join(folder, 'cache'), 'latest')
    await exportCache(here, [record('one', [a]), record('two', [a, b])], place, IO)

    const found = await folderPlace(join(folder, 'cache'), 'latest').read(SIGNAL)
    if (!found) throw new Error('the cache is not there')
    const own = new MemoryCache()
    const imported = new ImportedCaches([found], there.store, SIGNAL)
    const cache = imported.cache(own)
    const two = cache.find('two-too')
    expect(two).toMatchObject({ diffIds: [a, b], createdAt: 1234 })
    // Looked at alone it is nobody's.
    cache.touch(two?.id ?? '')
    expect(own.records.size).toBe(0)
    expect(await there.store.hasLayer(b)).toBe(false)

    expect(await imported.performer(asking(there.store)).has([a, b])).toBe(true)
    expect(await there.store.hasLayer(b)).toBe(true)
    cache.touch(two?.id ?? '')
    expect(own.find('two')).toMatchObject({ diffIds: [a, b], createdAt: 1234 })
    cache.alias(two?.id ?? '', 'another')
    expect(own.find('another')?.diffIds).toEqual([a, b])
    const results = [{ id: 'two', diffIds: [a, b] }]
    expect(await there.store.verify([], { deep: true, results })).toEqual([])
    await Promise.all([here.store.settled(), there.store.settled()])
  })

  test('written twice it is there once, and another tag keeps its own', async () => {
    const { store, records } = machine('here')
    const a = await layer(store, 'a')
    const at = (tag: string) => folderPlace(join(folder, 'cache'), tag)
    await exportCache({ store, records }, [record('one', [a])], at('x'), IO)
    const blobs = readdirSync(join(folder, 'cache/blobs/sha256'))
    await exportCache({ store, records }, [record('one', [a])], at('x'), IO)
    expect(readdirSync(join(folder, 'cache/blobs/sha256'))).toEqual(blobs)
    await exportCache({ store, records }, [], at('y'), IO)
    expect((await at('x').read(SIGNAL))?.document.records).toHaveLength(1)
    expect((await at('y').read(SIGNAL))?.document.records).toEqual([])
    expect(await at('z').read(SIGNAL)).toBeNull()
    await store.settled()
  })

  test('a layer that is gone from it is no layer of the build', async () => {
    const [here, there] = [machine('here'), machine('there')]
    const a = await layer(here.store, 'a')
    const place = folderPlace(join(folder, 'cache'), 'latest')
    await exportCache(here, [record('one', [a])], place, IO)
    const found = await place.read(SIGNAL)
    if (!found) throw new Error('the cache is not there')
    const digest = found.document.layers.get(a)?.digest ?? ''
    rmSync(join(folder, 'cache/blobs/sha256', digest.slice('sha256:'.length)))
    const imported = new ImportedCaches([found], there.store, SIGNAL)
    expect(await imported.performer(asking(there.store)).has([a])).toBe(false)
    const cache = imported.cache(new MemoryCache())
    cache.lose(cache.find('one')?.id ?? '')
    expect(cache.find('one')).toBeNull()
    await Promise.all([here.store.settled(), there.store.settled()])
  })

  test('what is no cache is refused', () => {
    const good = { version: 1, records: [], layers: [] }
    expect(decodeCache(good).records).toEqual([])
    for (const bad of [
      null,
      [],
      {},
      { ...good, version: 2 },
      { ...good, records: [{}] },
      { ...good, layers: [{ diffId: 'x' }] },
    ]) {
      expect(() => decodeCache(bad)).toThrow(/cache/)
    }
    const unknown = record('k', [`sha256:${'a'.repeat(64)}`])
    expect(decodeCache({ ...good, records: [unknown] }).records).toEqual([])
  })
})
