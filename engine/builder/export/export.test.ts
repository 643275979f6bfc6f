import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { header, type TarHeader } from '../../archive/entry.ts'
import { readTar } from '../../archive/read.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../../archive/write.ts'
import type { Descriptor, Digest, Index, Manifest } from '../../oci/descriptor.ts'
import { digestOf } from '../../oci/digest.ts'
import { FileStore } from '../../store/file-store.ts'
import type { ImageRecord } from '../../store/store.ts'
import type { Output } from '../request.ts'
import { exportTarget } from './export.ts'
import { makeImage } from './image.ts'
import type { BuiltTarget, ExportRequest } from './target.ts'

const NOTHING = { manifest: {}, index: {} }
const GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip'
const EPOCH = 1_000_000_000

let root: string
let store: FileStore
let base: ImageRecord
let target: BuiltTarget
let named: string[]
let pushed: string[]
let said: string[]
const images = new Map<Digest, ImageRecord>()
const records = {
  all: () => [...images.values()],
  get: (id: Digest) => images.get(id),
  put: (image: ImageRecord) => void images.set(image.id, image),
  remove: (id: Digest) => void images.delete(id),
}

const file = (path: string, body: string, more: Partial<TarHeader> = {}) =>
  [header('file', path, { mtime: 2_000_000_000, ...more }), body] as const
const tar = (entries: readonly (readonly [TarHeader, string])[]) =>
  Buffer.concat([...entries.map(([head, body]) => encodeEntry(head, Buffer.from(body))), END_OF_ARCHIVE])
async function* once(bytes: Uint8Array) {
  yield bytes
}

/** A base of one gzip layer, and on it what a build added: a file, then its removal with two other files. */
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'longshore-export-'))
  images.clear()
  ;[named, pushed, said] = [[], [], []]
  store = new FileStore({ root, rootless: process.getuid?.() !== 0, records })
  const packed = gzipSync(tar([file('base', 'b'), file('gone', 'of the base')]))
  const layer: Descriptor = { mediaType: GZIP, digest: digestOf(packed), size: packed.length }
  const { diffId } = await store.addLayer(layer, null, once(packed), {})
  const platform = { os: 'linux', architecture: 'amd64' }
  const config = { ...platform, rootfs: { type: 'layers' as const, diff_ids: [diffId] }, history: [{}] }
  const made = await makeImage(store, config, [layer], NOTHING)
  base = await store.addImage(made.image.manifestDigest, [], [])
  const first = await add([file('one', '1'), file('two', '2')])
  const second = await add([file('.wh.one', ''), file('.wh.gone', ''), file('three', '3', { mtime: 5 })])
  const layers: Record<string, Digest[]> = { s0: [diffId], s1: [diffId, first], s2: [diffId, first, second] }
  target = {
    image: {
      ...{ stage: '0', platform, step: 's2', base: { step: 's0', config } },
      config: { ...platform, config: { Cmd: ['sh'] }, rootfs: { type: 'layers', diff_ids: [] } },
      history: ['s1', 's2'].map((step) => ({ step, createdBy: step, comment: '' })),
    },
    layersOf: (step) => layers[step] ?? [],
    madeAt: () => 1_800_000_000_000,
  }
})
afterEach(async () => {
  await store.settled()
  rmSync(root, { recursive: true, force: true })
})

async function add(entries: readonly (readonly [TarHeader, string])[]): Promise<Digest> {
  return (await store.addUnknownLayer(once(tar(entries)), { whiteouts: true })).diffId
}

function run(outputs: readonly Output[], more: Partial<ExportRequest> = {}) {
  const parts = {
    ...{ store, records },
    named: (image: ImageRecord, name: string) => void named.push(`${name} ${image.id}`),
    push: async (_: ImageRecord, name: string) => void pushed.push(name),
  }
  const request = {
    ...{ outputs, squash: false, annotations: [], sourceDateEpoch: null },
    credentials: async () => ({ kind: 'none' }) as never,
    ...more,
  }
  return exportTarget(parts, target, request, {
    signal: new AbortController().signal,
    log: () => {},
    status: (name, _current, _total, done) => void said.push(done ? `${name} done` : name),
  })
}

const image = (names: readonly string[], push = false): Output => ({ kind: 'image', names, push })

/** What an archive or the tar of a layer holds: path -> text. */
async function contents(source: AsyncIterable<Uint8Array>): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for await (const { header: head, body } of readTar(source)) {
    const bytes: Uint8Array[] = []
    for await (const chunk of body) bytes.push(chunk)
    found[head.path] = Buffer.concat(bytes).toString()
  }
  return found
}

describe('an image', () => {
  test('has the base’s blobs as they came, its own layers, and every name', async () => {
    const result = await run([image(['app', 'example.com/app:2', 'app:latest'])])
    expect(result.names).toEqual(['app:latest', 'example.com/app:2'])
    const record = images.get(result.imageId as Digest) as ImageRecord
    expect(record.references).toEqual(['docker.io/library/app:latest', 'example.com/app:2'])
    expect(record.manifest.layers[0]).toEqual(base.manifest.layers[0])
    expect(record.manifest.layers.slice(1).map(({ digest }) => digest)).toEqual(
      target.layersOf('s2').slice(1),
    )
    expect(record.config.config).toEqual({ Cmd: ['sh'] })
    expect(named).toEqual([`docker.io/library/app:latest ${record.id}`, `example.com/app:2 ${record.id}`])
    expect(said).toContain('naming to docker.io/library/app:latest done')
    expect(await store.verify([], { deep: true })).toEqual([])
  })

  test('of the same layers is the same image', async () => {
    expect((await run([image([])])).imageId).toBe((await run([image([])])).imageId)
  })

  test('is pushed under each of its names', async () => {
    await run([image(['example.com/a', 'example.com/b'], true)])
    expect(pushed).toEqual(['example.com/a:latest', 'example.com/b:latest'])
  })

  test('a name that is none is refused before anything is recorded', async () => {
    await expect(run([image(['lower/CASE'])])).rejects.toThrow(
      /must be lower case|lowercase|invalid reference/,
    )
    expect(images.size).toBe(1)
  })

  test('has annotations where they were asked for', async () => {
    const annotations = [
      { on: 'manifest' as const, key: 'of', value: 'manifest' },
      { on: 'index' as const, key: 'of', value: 'index' },
    ]
    const { imageId, manifestDigest } = await run([image(['app'])], { annotations })
    const record = images.get(imageId as Digest) as ImageRecord
    expect(record.manifest.annotations).toEqual({ of: 'manifest' })
    const index = JSON.parse((await store.readDocument(manifestDigest as Digest)).toString()) as Index
    expect(index.annotations).toEqual({ of: 'index' })
    expect(index.manifests).toMatchObject([{ digest: record.manifestDigest, platform: { os: 'linux' } }])
    expect(record.repoDigests).toEqual([`docker.io/library/app@${manifestDigest}`])
  })
})

describe('squashed', () => {
  test('all that is new is one layer, which goes on hiding what the base has', async () => {
    const { imageId } = await run([image(['app'])], { squash: true })
    const { manifest, config } = images.get(imageId as Digest) as ImageRecord
    expect(manifest.layers).toHaveLength(2)
    expect(manifest.layers[0]).toEqual(base.manifest.layers[0])
    const layer = manifest.layers[1] as Descriptor
    expect(await contents(await store.readBlob(layer.digest))).toEqual({
      ...{ '.wh.gone': '', '.wh.one': '', three: '3', two: '2' },
    })
    expect(config.history?.at(-1)?.comment).toContain(`to ${base.id}`)
  })
})

describe('SOURCE_DATE_EPOCH', () => {
  test('cuts every time of what is new, and of nothing else', async () => {
    const { imageId } = await run([image(['app'])], { sourceDateEpoch: EPOCH })
    const { manifest, config } = images.get(imageId as Digest) as ImageRecord
    expect(config.created).toBe('2001-09-09T01:46:40.000Z')
    expect(manifest.layers[0]).toEqual(base.manifest.layers[0])
    const times: Record<string, number> = {}
    for (const { digest } of manifest.layers.slice(1)) {
      for await (const { header: head } of readTar(await store.readBlob(digest)))
        times[head.path] = head.mtime
    }
    expect(times).toMatchObject({ one: EPOCH, two: EPOCH, three: 5 })
  })
})

describe('other outputs', () => {
  test('files are what a container would see, and make no image', async () => {
    let files: Record<string, string> = {}
    const receive = async (source: AsyncIterable<Uint8Array>) => {
      files = await contents(source)
    }
    const result = await run([{ kind: 'files', receive }])
    expect(files).toEqual({ base: 'b', two: '2', three: '3' })
    expect(result).toEqual({ imageId: null, manifestDigest: null, names: [] })
    expect(images.size).toBe(1)
  })

  test('an archive holds the image, which is not recorded', async () => {
    let archive: Record<string, string> = {}
    const receive = async (source: AsyncIterable<Uint8Array>) => {
      archive = await contents(source)
    }
    const { manifestDigest } = await run([{ kind: 'oci', names: ['app:1'], receive }])
    expect(images.size).toBe(1)
    expect(JSON.parse(archive['manifest.json'] ?? '')).toMatchObject([{ RepoTags: ['app:1'] }])
    const index = JSON.parse(archive['index.json'] ?? '') as Index
    expect(index.manifests[0]).toMatchObject({
      digest: manifestDigest,
      annotations: { 'org.opencontainers.image.ref.name': '1' },
    })
    const manifest = JSON.parse(archive[`blobs/sha256/${manifestDigest?.slice(7)}`] ?? '') as Manifest
    for (const { digest } of manifest.layers)
      expect(archive).toHaveProperty([`blobs/sha256/${digest.slice(7)}`])
  })

  test('none is nothing', async () => {
    expect(await run([{ kind: 'none' }])).toEqual({ imageId: null, manifestDigest: null, names: [] })
    expect(said).toEqual([])
  })
})
