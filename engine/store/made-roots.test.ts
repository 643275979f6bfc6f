import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Digest } from '../oci/descriptor.ts'
import { digestOf } from '../oci/digest.ts'
import { FileStore } from './file-store.ts'
import type { ImageRecord } from './store.ts'

/** Mounting needs the rights of root. */
const root = process.getuid?.() === 0

let folder: string
let store: FileStore
const images = new Map<Digest, ImageRecord>()
const records = {
  all: () => [...images.values()],
  get: (id: Digest) => images.get(id),
  put: (image: ImageRecord) => void images.set(image.id, image),
  remove: (id: Digest) => void images.delete(id),
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-made-'))
  images.clear()
  store = new FileStore({ root: folder, rootless: false, records })
})
afterEach(async () => {
  await store.recover([], [])
  await store.settled()
  rmSync(folder, { recursive: true, force: true })
})

/** Makes a layer by what `work` does in a mounted root. */
async function made(diffIds: readonly Digest[], work: (root: string) => void) {
  return store.holding(async () => {
    const place = await store.makeRoot(diffIds)
    work(await place.mount())
    return place.adopt()
  })
}

async function bytesOf(digest: Digest): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of await store.readBlob(digest)) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function names(bytes: Buffer): string[] {
  return execFileSync('tar', ['-tf', '-'], { input: bytes }).toString().trim().split('\n')
}

function first(at: string): void {
  mkdirSync(join(at, 'srv'))
  writeFileSync(join(at, 'srv/a'), 'a')
  writeFileSync(join(at, 'srv/b'), 'b')
  symlinkSync('a', join(at, 'srv/l'))
  for (const name of ['srv/a', 'srv/b', 'srv/l', 'srv']) lutimesSync(join(at, name), 1000, 1000)
}

describe.skipIf(!root)('a root that a build writes to', () => {
  it('becomes a layer whose tar can be read', async () => {
    const layer = await made([], first)
    const bytes = await bytesOf(layer?.diffId as Digest)
    expect(digestOf(bytes)).toBe(layer?.diffId)
    expect(names(bytes)).toEqual(['srv/', 'srv/a', 'srv/b', 'srv/l'])
    expect(layer?.sizeBytes).toBe(2)
    expect(readFileSync(join(store.layerFolder(layer?.diffId as Digest), 'srv/a'), 'utf8')).toBe('a')
    expect(readdirSync(join(folder, 'containers'))).toEqual([])
    expect(await store.verify([], { deep: true, live: false })).toEqual([
      `layer ${layer?.diffId} belongs to no image, no container and no build`,
    ])
  })

  it('is no layer when nothing was changed', async () => {
    const base = await made([], first)
    const layer = await made([base?.diffId as Digest], (at) => {
      chmodSync(join(at, 'srv/a'), lstatSync(join(at, 'srv/a')).mode)
      writeFileSync(join(at, 'srv/b'), 'b')
      utimesSync(join(at, 'srv/b'), 1000, 1000)
    })
    expect(layer).toBeNull()
  })

  it('says what was removed, and hides nothing else', async () => {
    const base = await made([], first)
    const layer = await made([base?.diffId as Digest], (at) => {
      rmSync(join(at, 'srv/b'))
      mkdirSync(join(at, 'new/deep'), { recursive: true })
      writeFileSync(join(at, 'gone'), '')
      rmSync(join(at, 'gone'))
    })
    expect(names(await bytesOf(layer?.diffId as Digest))).toEqual(['new/', 'new/deep/', 'srv/', 'srv/.wh.b'])
  })

  it('keeps a folder whose files alone were changed', async () => {
    const base = await made([], first)
    const layer = await made([base?.diffId as Digest], (at) => appendFileSync(join(at, 'srv/a'), 'more'))
    expect(names(await bytesOf(layer?.diffId as Digest))).toEqual(['srv/', 'srv/a'])
  })

  it('hides a folder that was made anew', async () => {
    const base = await made([], first)
    const layer = await made([base?.diffId as Digest], (at) => {
      rmSync(join(at, 'srv'), { recursive: true })
      mkdirSync(join(at, 'srv'))
      writeFileSync(join(at, 'srv/c'), 'c')
    })
    expect(names(await bytesOf(layer?.diffId as Digest))).toEqual(['srv/', 'srv/.wh..wh..opq', 'srv/c'])
  })

  it('can be packed where the same layer came compressed', async () => {
    const plain = await bytesOf((await made([], first))?.diffId as Digest)
    await store.collect([])
    const packed = gzipSync(plain)
    const descriptor = {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: digestOf(packed),
      size: packed.length,
    }
    await store.addLayer(
      descriptor,
      digestOf(plain),
      (async function* () {
        yield packed
      })(),
      {},
    )
    expect(await store.hasBlob(digestOf(plain))).toBe(false)
    const again = await made([], first)
    expect(again?.diffId).toBe(digestOf(plain))
    expect(await bytesOf(digestOf(plain))).toEqual(plain)
    expect(
      (await store.verify([], { deep: true, live: false })).filter((line) => !line.includes('belongs')),
    ).toEqual([])
  })

  it('is gone after an engine that died', async () => {
    const place = await store.makeRoot([])
    await place.mount()
    const later = new FileStore({ root: folder, rootless: false, records })
    await later.recover([], [])
    await later.settled()
    expect(existsSync(join(folder, 'containers', place.id))).toBe(false)
  })

  it('names the same files by the same digest in every version of the engine', async () => {
    const layer = await made([], (at) => {
      first(at)
      rmSync(join(at, 'srv/l'))
      utimesSync(join(at, 'srv'), 1000, 1000)
    })
    expect(layer?.diffId).toBe('sha256:0ebb5cbdce03f384789dfeab5766cda85ae1a5bd2d3a2081e174ac5193ae0848')
  })
})
