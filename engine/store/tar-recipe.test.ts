import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { header } from '../archive/entry.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../archive/write.ts'
import { digestOf, hexOf } from '../oci/digest.ts'
import { FileStore } from './file-store.ts'

const root = process.getuid?.() === 0
const BIG = randomBytes(300_000)

let folder: string
let store: FileStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-recipe-'))
  const records = { all: () => [], get: () => undefined, put: () => {}, remove: () => {} }
  store = new FileStore({ root: join(folder, 'store'), rootless: false, records })
})
afterEach(async () => {
  await store.settled()
  rmSync(folder, { recursive: true, force: true })
})

async function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007)
}

async function readAll(source: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Files below the store's root with their sizes. */
function bytesKept(): number {
  return Number(execFileSync('du', ['-sb', join(folder, 'store')], { encoding: 'utf8' }).split('\t')[0])
}

describe.runIf(root)('the tar of a layer that came plain', () => {
  it('is not kept, and is written again byte for byte, whatever is odd in it', async () => {
    const entry = (
      kind: Parameters<typeof header>[0],
      path: string,
      more = {},
      body: Buffer = Buffer.alloc(0),
    ) => encodeEntry(header(kind, path, more), body)
    const other = randomBytes(2_000)
    const plain = Buffer.concat([
      entry('file', 'big', { mode: 0o4755, uid: 7, mtime: 1_700_000_000 }, BIG),
      entry('hardlink', 'again', { link: 'big' }),
      entry('file', 'twice', {}, other),
      entry('file', 'twice', {}, BIG.subarray(0, 5_000)),
      entry('file', 'replaced', {}, other),
      entry('directory', 'replaced'),
      entry('directory', 'real'),
      entry('symlink', 'through', { link: 'real' }),
      entry('file', 'through/file', {}, other),
      entry('directory', 'gone'),
      entry('file', 'gone/inside', {}, other),
      entry('symlink', 'gone', { link: 'real' }),
      entry('file', '.wh.removed', {}, other),
      entry('file', `${'long/'.repeat(40)}name`, {}, other),
      entry('file', 'attributes', { pax: new Map([['SCHILY.xattr.user.x', 'y']]) }, other),
      entry('fifo', 'pipe'),
      entry('file', 'small', {}, Buffer.from('inline')),
      END_OF_ARCHIVE,
      Buffer.alloc(8 * 512), // a blocking factor
    ])
    const { diffId, blob } = await store.addUnknownLayer(pieces(plain), { whiteouts: true })
    expect(blob).toEqual({ digest: diffId, size: plain.length })
    expect(existsSync(join(folder, 'store/blobs/sha256', hexOf(diffId)))).toBe(false)
    expect(await store.hasBlob(diffId)).toBe(true)
    expect(await store.blobSizeBytes(diffId)).toBe(plain.length)
    expect((await readAll(await store.readBlob(diffId))).equals(plain)).toBe(true)
    // A second coming adds nothing.
    const before = bytesKept()
    await store.addUnknownLayer(pieces(plain), { whiteouts: true, diffId })
    await store.addUnknownLayer(pieces(plain), { whiteouts: true })
    await store.settled()
    expect(bytesKept()).toBe(before)
  })

  it.each(['gnu', 'pax', 'ustar', 'v7'])(
    'is GNU tar’s own in the format %s, sparse files too',
    async (format) => {
      const source = join(folder, 'source')
      mkdirSync(source)
      writeFileSync(join(source, 'big'), BIG)
      writeFileSync(join(source, 'größe\nnl'), BIG.subarray(0, 3_000))
      execFileSync('truncate', ['-s', '1M', join(source, 'sparse')])
      appendFileSync(join(source, 'sparse'), 'end')
      const sparse = format === 'gnu' || format === 'pax' ? ['-S'] : []
      const plain = execFileSync('tar', [`--format=${format}`, ...sparse, '-C', source, '-cf', '-', '.'], {
        maxBuffer: 1e8,
      })
      const { diffId } = await store.addUnknownLayer(pieces(plain), { whiteouts: true })
      const again = await readAll(await store.readBlob(diffId))
      expect(createHash('sha256').update(again).digest('hex')).toBe(hexOf(diffId))
      const { path } = await store.mountRootfs('c', [diffId])
      expect(readFileSync(join(path, 'sparse')).subarray(-4).toString()).toBe('\0end')
      await store.removeRootfs('c')
    },
  )

  it('costs little more than its files', async () => {
    const plain = Buffer.concat([encodeEntry(header('file', 'big'), BIG), END_OF_ARCHIVE])
    const before = bytesKept()
    await store.addUnknownLayer(pieces(plain), { whiteouts: true })
    await store.settled()
    expect(bytesKept() - before).toBeLessThan(BIG.length * 1.1)
  })

  it('is told apart when a file has been changed', async () => {
    const plain = Buffer.concat([encodeEntry(header('file', 'big'), BIG), END_OF_ARCHIVE])
    const { diffId } = await store.addUnknownLayer(pieces(plain), { whiteouts: true })
    writeFileSync(join(folder, 'store/layers/sha256', hexOf(diffId), 'diff/big'), randomBytes(BIG.length))
    await expect(readAll(await store.readBlob(diffId))).rejects.toThrow(/digest/)
    const lines = await store.verify([{ id: 'c', diffIds: [diffId], running: false }], {
      deep: true,
      live: false,
    })
    expect(lines.join('\n')).toContain(`layer ${diffId} was changed`)
  })

  it('is a blob when the layer was there already by way of a compressed one', async () => {
    const plain = Buffer.concat([encodeEntry(header('file', 'big'), BIG), END_OF_ARCHIVE])
    const packed = gzipSync(plain)
    const described = { mediaType: 'x', digest: digestOf(packed), size: packed.length }
    await store.addLayer(described, digestOf(plain), pieces(packed), {})
    const { diffId } = await store.addUnknownLayer(pieces(plain), { whiteouts: true })
    expect((await readAll(await store.readBlob(diffId))).equals(plain)).toBe(true)
  })
})
