import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { header, type TarHeader } from '../archive/entry.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../archive/write.ts'
import type { Digest } from '../oci/descriptor.ts'
import { digestOf, hexOf } from '../oci/digest.ts'
import { FileStore } from './file-store.ts'
import type { ImageRecord, LayerProgress } from './store.ts'

/** What is below every image. */
const BASE = ['.dockerenv', 'dev', 'etc', 'proc', 'sys']

/** Unpacking owners and mounting need the rights of root (or of a user namespace). */
const root = process.getuid?.() === 0
const TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip'

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
  folder = mkdtempSync(join(tmpdir(), 'longshore-store-'))
  images.clear()
  store = new FileStore({ root: folder, rootless: false, records })
})
afterEach(async () => {
  await store.recover([], [])
  await store.settled()
  rmSync(folder, { recursive: true, force: true })
})

function tar(entries: readonly (readonly [TarHeader, string?])[]): Buffer {
  return Buffer.concat([
    ...entries.map(([head, body = '']) => encodeEntry(head, Buffer.from(body))),
    END_OF_ARCHIVE,
  ])
}

function describeBytes(bytes: Buffer) {
  return { mediaType: TYPE, digest: digestOf(bytes), size: bytes.length }
}

async function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
}

async function addLayer(plain: Buffer, compress: (bytes: Buffer) => Buffer = gzipSync) {
  const bytes = compress(plain)
  return store.addLayer(describeBytes(bytes), digestOf(plain), pieces(bytes), {})
}

const LOWER = tar([
  [header('directory', 'keep')],
  [header('file', 'keep/a'), 'a'],
  [header('file', 'keep/b'), 'b'],
  [header('directory', 'fresh')],
  [header('file', 'fresh/old'), 'old'],
  [header('file', 'suid', { mode: 0o4755, uid: 1000, gid: 2000 })],
])
const UPPER = tar([
  [header('file', 'keep/.wh.a')],
  [header('directory', 'fresh', { mode: 0o700 })],
  [header('file', 'fresh/.wh..wh..opq')],
  [header('file', 'fresh/new'), 'new'],
])

describe.runIf(root)('layers and root filesystems', () => {
  it('unpacks, mounts, and shows what an upper layer removes', async () => {
    const lower = await addLayer(LOWER)
    const upper = await addLayer(UPPER, zstdCompressSync)
    expect([lower.sizeBytes, upper.sizeBytes]).toEqual([5, 3])
    const { path } = await store.mountRootfs('c1', [lower.diffId, upper.diffId])
    expect(readdirSync(path).sort()).toEqual([...BASE, 'fresh', 'keep', 'suid'].sort())
    expect(readdirSync(join(path, 'keep'))).toEqual(['b'])
    expect(readdirSync(join(path, 'fresh'))).toEqual(['new'])
    expect(statSync(join(path, 'fresh')).mode & 0o7777).toBe(0o700)
    expect(statSync(join(path, 'suid'))).toMatchObject({ uid: 1000, gid: 2000, mode: 0o104755 })

    writeFileSync(join(path, 'mine'), '12345')
    expect(await store.rootfsSizeBytes('c1')).toBe(5)
    await store.unmountRootfs('c1')
    await store.unmountRootfs('c1')
    expect(readdirSync(path)).toEqual([])
    expect(
      readFileSync(join((await store.mountRootfs('c1', [lower.diffId, upper.diffId])).path, 'mine'), 'utf8'),
    ).toBe('12345')
    await store.removeRootfs('c1')
    await store.removeRootfs('c1')
    expect(existsSync(path)).toBe(false)
  })

  it('tells bytes exactly', async () => {
    const bytes = gzipSync(LOWER)
    const told: LayerProgress[] = []
    await store.addLayer(describeBytes(bytes), null, pieces(bytes), {
      onProgress: (progress) => told.push(progress),
    })
    const total = bytes.length
    expect(told.findLast(({ phase }) => phase === 'downloading')).toEqual({
      phase: 'downloading',
      current: total,
      total,
    })
    expect(told.slice(-2)).toEqual([{ phase: 'extracting', current: total, total }, { phase: 'done' }])
  })

  it('mounts 150 layers, and an image that has one twice, and one that has none', async () => {
    const diffIds: Digest[] = []
    for (let at = 0; at < 150; at++) {
      diffIds.push((await addLayer(tar([[header('file', `f${at}`), `${at}`]]))).diffId)
    }
    const { path } = await store.mountRootfs('many', [...diffIds, diffIds[0] as Digest])
    expect(readdirSync(path)).toHaveLength(150 + BASE.length)
    expect(readdirSync((await store.mountRootfs('none', [])).path)).toEqual(BASE)
  }, 60_000)

  it('takes the same layer from two at once', async () => {
    const added = await Promise.all([addLayer(LOWER), addLayer(LOWER), addLayer(LOWER, (bytes) => bytes)])
    expect(new Set(added.map(({ diffId }) => diffId))).toEqual(new Set([digestOf(LOWER)]))
    expect(readdirSync(join(folder, 'tmp'))).toEqual([])
  })

  it.each([
    ['a wrong digest', { digest: digestOf('other') }, undefined, /verification failed/],
    ['too few bytes', { size: 100_000 }, undefined, /end after/],
    ['too many bytes', { size: 10 }, undefined, /more than the 10 announced/],
    ['a wrong diff id', {}, digestOf('other'), /unpacks to/],
  ])('refuses %s and keeps nothing', async (_, lie, diffId, words) => {
    const bytes = gzipSync(LOWER)
    const layer = { ...describeBytes(bytes), ...lie }
    await expect(store.addLayer(layer, diffId ?? null, pieces(bytes), {})).rejects.toThrow(words)
    expect(await leftovers()).toEqual([])
  })

  it.each([
    ['damaged gzip', gzipSync(LOWER).fill(0xff, 40, 60), /gzip data is damaged/],
    ['cut gzip', gzipSync(LOWER).subarray(0, 100), /gzip data is damaged/],
    ['no tar', gzipSync('hello '.repeat(500)), /not a tar archive/],
    ['xz', Buffer.from('fd377a585a000000', 'hex'), /compressed with xz, which is not supported/],
    ['an escape', gzipSync(tar([[header('file', 'fine')], [header('file', '../../evil')]])), /leads out/],
  ])('refuses %s and keeps nothing', async (_, bytes, words) => {
    await expect(store.addLayer(describeBytes(bytes), null, pieces(bytes), {})).rejects.toThrow(words)
    expect(await leftovers()).toEqual([])
  })

  it('writes nothing through a link to the host, and keeps nothing of who tries', async () => {
    const target = mkdtempSync(join(tmpdir(), 'longshore-victim-'))
    const bytes = gzipSync(
      tar([[header('symlink', 'l', { link: target })], [header('file', 'l/evil'), 'evil']]),
    )
    await expect(store.addLayer(describeBytes(bytes), null, pieces(bytes), {})).rejects.toThrow(
      /through the link "l"/,
    )
    expect(readdirSync(target)).toEqual([])
    expect(await leftovers()).toEqual([])
    rmSync(target, { recursive: true })
  })

  it('lets files, links and folders replace one another as Docker does', async () => {
    const { diffId } = await addLayer(
      tar([
        [header('symlink', 'a', { link: '/etc' })],
        [header('directory', 'a')],
        [header('file', 'a/x'), 'x'],
        [header('symlink', 'b', { link: '/etc/passwd' })],
        [header('file', 'b'), 'mine'],
        [header('directory', 'c')],
        [header('file', 'c/deep')],
        [header('file', 'c'), 'file'],
      ]),
    )
    const { path } = await store.mountRootfs('c1', [diffId])
    expect(readFileSync(join(path, 'a/x'), 'utf8')).toBe('x')
    expect(readFileSync(join(path, 'b'), 'utf8')).toBe('mine')
    expect(readFileSync(join(path, 'c'), 'utf8')).toBe('file')
  })

  it('keeps what a folder holds when the folder is told again, or made opaque afterwards', async () => {
    const { diffId } = await addLayer(
      tar([
        [header('directory', 'a')],
        [header('file', 'a/x'), 'x'],
        [header('directory', 'a/sub')],
        [header('file', 'a/sub/y'), 'y'],
        [header('directory', 'a', { mode: 0o700 })],
        [header('directory', 'o')],
        [header('file', 'o/!before'), '!'],
        [header('file', 'o/.wh..wh..opq')],
        [header('file', '.wh..wh..opq')],
      ]),
    )
    const { path } = await store.mountRootfs('c1', [diffId])
    expect(readFileSync(join(path, 'a/x'), 'utf8')).toBe('x')
    expect(readFileSync(join(path, 'a/sub/y'), 'utf8')).toBe('y')
    expect(statSync(join(path, 'a')).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(path, 'o/!before'), 'utf8')).toBe('!')
    expect((await store.verify([], { deep: true })).filter((line) => line.includes('changed'))).toEqual([])
  })

  it('stops when cancelled, and keeps nothing', async () => {
    const abort = new AbortController()
    const bytes = gzipSync(LOWER)
    async function* slow() {
      yield bytes.subarray(0, 50)
      abort.abort()
      yield bytes.subarray(50)
    }
    const adding = store.addLayer(describeBytes(bytes), null, slow(), { signal: abort.signal })
    await expect(adding).rejects.toMatchObject({ kind: 'cancelled' })
    expect(await leftovers()).toEqual([])
  })

  it('says when the disk is full, and keeps nothing', async () => {
    const small = join(folder, 'small')
    mkdirSync(small)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', small])
    try {
      const tiny = new FileStore({ root: small, rootless: false, records })
      const plain = tar([[header('file', 'big', { size: 0 }), 'x'.repeat(1_000_000)]])
      for (const bytes of [gzipSync(plain), plain]) {
        const adding = tiny.addLayer(describeBytes(bytes), null, pieces(bytes), {})
        await expect(adding).rejects.toMatchObject({
          kind: 'unavailable',
          message: /no space left on device/,
        })
        expect(await tiny.verify([], { deep: true })).toEqual([])
      }
    } finally {
      execFileSync('umount', [small])
    }
  })
})

describe.runIf(root)('after a crash, and garbage', () => {
  it('removes half-made things, writable layers without a container, and mounts nobody needs', async () => {
    const { diffId } = await addLayer(LOWER)
    const { path } = await store.mountRootfs('lost', [diffId])
    await store.mountRootfs('stopped', [diffId])
    await store.mountRootfs('running', [diffId])
    mkdirSync(join(folder, 'tmp', 'layer-1'))
    const next = new FileStore({ root: folder, rootless: false, records })
    const container = (id: string, running: boolean) => ({ id, diffIds: [diffId], running })
    const containers = [container('running', true), container('stopped', false)]
    expect(await next.verify(containers, { deep: false })).toHaveLength(5)
    await next.recover(['running'], ['running', 'stopped'])
    await next.settled()
    expect(await next.verify(containers, { deep: false })).toEqual([
      `blob ${digestOf(gzipSync(LOWER))} belongs to no image`,
    ])
    expect(existsSync(path)).toBe(false)
    expect(readdirSync(join(folder, 'containers', 'stopped', 'merged'))).toEqual([])
    await next.recover([], [])
    await next.settled()
  })

  it('collects what nobody needs, and nothing that work under way counts on', async () => {
    const { diffId } = await addLayer(LOWER)
    const used = await addLayer(UPPER)
    await store.holding(async () => {
      expect(await store.hasLayer(diffId)).toBe(true)
      await store.collect([[used.diffId]])
      expect(await store.hasLayer(diffId)).toBe(true)
    })
    expect(await store.collect([[used.diffId]])).toBeGreaterThan(0)
    expect(await store.hasLayer(diffId)).toBe(false)
    expect(await store.hasLayer(used.diffId)).toBe(true)
    await store.collect([])
    expect(await store.verify([], { deep: true })).toEqual([])
  })

  it('finds what was changed in a layer in place', async () => {
    const { diffId } = await addLayer(LOWER)
    const diff = join(folder, 'layers', 'sha256', hexOf(diffId), 'diff')
    const changes = async () =>
      (await store.verify([], { deep: true })).flatMap((line) => line.split(' was changed: ').slice(1))
    expect(await changes()).toEqual([])
    const { atime, mtime } = statSync(join(diff, 'keep/a'))
    writeFileSync(join(diff, 'keep/a'), 'A')
    utimesSync(join(diff, 'keep/a'), atime, mtime)
    chmodSync(join(diff, 'keep'), 0o700)
    rmSync(join(diff, 'fresh/old'))
    writeFileSync(join(diff, 'more'), 'more')
    expect(await changes()).toEqual(
      expect.arrayContaining([
        'keep/a: Contents differ',
        'keep: Mode differs',
        expect.stringContaining('fresh/old: Cannot stat'),
        'more: is not of the layer',
      ]),
    )
  })

  it('takes what an engine at work has not finished for no mistake', async () => {
    await store.holding(async () => {
      await addLayer(LOWER)
      expect(await store.verify([], { deep: true, live: true })).toEqual([])
      expect(await store.verify([], { deep: true })).not.toEqual([])
    })
    expect(readdirSync(join(folder, 'tmp'))).toEqual([])
  })

  it('finds a blob whose bytes lie', async () => {
    const { diffId } = await addLayer(LOWER)
    const blob = digestOf(gzipSync(LOWER))
    appendFileSync(join(folder, 'blobs', 'sha256', hexOf(blob)), 'x')
    const lines = await store.verify([], { deep: true })
    expect(lines.filter((line) => line.startsWith(`blob ${blob} is damaged`))).toHaveLength(1)
    expect(lines.filter((line) => line.startsWith(`layer ${diffId} was changed: it cannot be`))).toHaveLength(
      1,
    )
    await expect(store.readDocument(blob)).rejects.toMatchObject({ kind: 'invalid' })
  })
})

/** Everything in the store that is content, or half of it. */
async function leftovers() {
  const all = ['tmp', 'layers/sha256', 'blobs/sha256'].flatMap((name) => readdirSync(join(folder, name)))
  return [...all, ...(await store.verify([], { deep: true }))]
}
