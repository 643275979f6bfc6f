/** A tar stream as entries: old, ustar, GNU and pax formats. */
import { EngineError } from '../errors.ts'
import { ByteReader } from './byte-reader.ts'
import { displayName, type TarEntry, type TarHeader } from './entry.ts'
import { BLOCK, decodeBlock, kindOfFlag, paddedSize, type RawHeader } from './header-block.ts'
import { decodePax } from './pax.ts'

/** Long names and extended headers are read into memory: more than this is an attack. */
const MAX_RECORD_BYTES = 1024 * 1024

const NO_TAR = 'this is not a tar archive (it is shorter than one header)'

/** Pax records that a header's own fields hold once they are applied. */
const APPLIED = [
  'path',
  'linkpath',
  'size',
  'uid',
  'gid',
  'uname',
  'gname',
  'atime',
  'ctime',
  'comment',
  'charset',
  'hdrcharset',
]

/**
 * The entries of `source`, which is read to its very end (so that a hash over it is a hash of all of it).
 * Throws `invalid` for what is no tar, is cut short, or holds an entry of a kind that no file system has.
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void, undefined> {
  const reader = new ByteReader(source)
  let pax = new Map<string, string>()
  let longName: string | undefined
  let longLink: string | undefined
  for (let blocks = 0; ; blocks++) {
    // A stream too short for its first header is no archive that was cut, but no archive.
    const block = await reader.read(BLOCK, blocks === 0 ? NO_TAR : undefined)
    const raw = block && decodeBlock(block)
    if (!block || !raw) break
    switch (raw.type) {
      case 'g': // defaults for all entries: no image builder needs them, and Docker ignores them too
      case 'V': // a volume's label
        await record(reader, raw)
        continue
      case 'x':
      case 'X':
        pax = decodePax(await record(reader, raw))
        continue
      case 'L':
        longName = cString(await record(reader, raw))
        continue
      case 'K':
        longLink = cString(await record(reader, raw))
        continue
    }
    const header = await complete(reader, block, raw, pax, longName, longLink)
    pax = new Map()
    longName = undefined
    longLink = undefined
    const counter = { left: header.size }
    yield { header, offset: reader.position, body: counted(reader, counter) }
    for await (const _ of reader.chunks(counter.left)); // what the consumer left goes by
    const gap = paddedSize(header.size) - header.size
    if (gap > 0) await reader.read(gap)
  }
  await reader.drain()
}

/** The body, however much of it the consumer takes. */
async function* counted(reader: ByteReader, counter: { left: number }) {
  for await (const chunk of reader.chunks(counter.left)) {
    counter.left -= chunk.length
    yield chunk
  }
}

async function complete(
  reader: ByteReader,
  block: Buffer,
  raw: RawHeader,
  pax: Map<string, string>,
  longName: string | undefined,
  longLink: string | undefined,
): Promise<TarHeader> {
  // A sparse file's own path is a stand-in for readers that do not know the format.
  const path = pax.get('GNU.sparse.name') ?? pax.get('path') ?? longName ?? raw.path
  const flagKind = kindOfFlag(raw.type)
  if (flagKind === undefined) {
    throw new EngineError(
      'invalid',
      `the archive's entry "${displayName(path)}" has the unknown type "${displayName(raw.type)}"`,
    )
  }
  // Before there was a flag for them, directories were files with a slash behind.
  const kind = flagKind === 'file' && path.endsWith('/') ? 'directory' : flagKind
  const hasBody = kind === 'file' || kind === 'sparse'
  const sparse = kind === 'sparse' ? await sparseMap(reader, block) : undefined
  const header: TarHeader = {
    kind,
    path,
    link: kind === 'hardlink' || kind === 'symlink' ? (pax.get('linkpath') ?? longLink ?? raw.link) : '',
    mode: raw.mode,
    uid: paxNumber(pax, 'uid') ?? raw.uid,
    gid: paxNumber(pax, 'gid') ?? raw.gid,
    size: hasBody ? (paxNumber(pax, 'size') ?? raw.size) : 0,
    mtime: Math.floor(Number(pax.get('mtime') ?? raw.mtime)) || 0,
    deviceMajor: raw.deviceMajor,
    deviceMinor: raw.deviceMinor,
    pax,
    ...(sparse === undefined ? {} : { sparse }),
  }
  for (const key of APPLIED) pax.delete(key)
  return header
}

/** The map of an old GNU sparse file goes on in extra blocks as long as each says so. */
async function sparseMap(reader: ByteReader, block: Buffer) {
  const extensions: Buffer[] = []
  for (let more = block[482] !== 0; more; ) {
    const extension = await reader.read(BLOCK)
    if (!extension || extensions.length * BLOCK > MAX_RECORD_BYTES) {
      throw new EngineError('invalid', 'the archive holds a malformed sparse file')
    }
    extensions.push(Buffer.from(extension))
    more = extension[504] !== 0
  }
  return { tail: Buffer.from(block.subarray(345, BLOCK)), extensions }
}

async function record(reader: ByteReader, raw: RawHeader): Promise<Buffer> {
  if (raw.size > MAX_RECORD_BYTES) {
    throw new EngineError(
      'invalid',
      `the archive holds a header of ${raw.size} bytes, which no real one needs`,
    )
  }
  if (raw.size === 0) return Buffer.alloc(0)
  const padded = await reader.read(paddedSize(raw.size))
  if (!padded) throw new EngineError('invalid', 'the archive ends in the middle of an entry')
  return Buffer.from(padded.subarray(0, raw.size))
}

function cString(body: Buffer): string {
  const end = body.indexOf(0)
  return body.toString('latin1', 0, end < 0 ? body.length : end)
}

function paxNumber(pax: ReadonlyMap<string, string>, key: string): number | undefined {
  const text = pax.get(key)
  if (text === undefined) return undefined
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new EngineError('invalid', `the archive holds a malformed ${key}: "${displayName(text)}"`)
  }
  return value
}
