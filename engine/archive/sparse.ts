/** Sparse files in tar: GNU's old format and its pax formats 0.1 and 1.0 (GNU tar manual, "Storing Sparse Files"). */
import { EngineError } from '../errors.ts'
import { displayName, type TarHeader } from './entry.ts'
import { BLOCK } from './header-block.ts'

/** Bytes of a file at their place; between pieces are zeros. */
export interface Piece {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** A file's whole size and what is written of it. */
export interface Content {
  readonly sizeBytes: number
  readonly pieces: AsyncIterable<Piece>
}

interface Extent {
  readonly offset: number
  readonly length: number
}

/** More than any real map needs. */
const MAX_MAP_BYTES = 4 * 1024 * 1024
const MAX_EXTENTS = 200_000

/** The content of an entry, sparse or not. Throws `invalid` for a map that is none. */
export async function readPieces(header: TarHeader, body: AsyncIterable<Uint8Array>): Promise<Content> {
  const { pax } = header
  if (header.sparse) {
    const { tail, extensions } = header.sparse
    const map = [...extentsIn(tail, 41, 4), ...extensions.flatMap((block) => extentsIn(block, 0, 21))]
    return mapped(header, octal(tail, 138), map, body)
  }
  if (pax.get('GNU.sparse.major') === '1') {
    const reader = body[Symbol.asyncIterator]()
    const { numbers, rest } = await leadingMap(header, reader)
    return mapped(header, Number(pax.get('GNU.sparse.realsize')), pairs(numbers), rejoin(rest, reader))
  }
  const map = pax.get('GNU.sparse.map')
  if (map !== undefined) {
    return mapped(header, Number(pax.get('GNU.sparse.size')), pairs(map.split(',').map(Number)), body)
  }
  // Format 0.0 says one key many times over, which no reader of records keeps.
  if (pax.has('GNU.sparse.numblocks')) throw malformed(header)
  return { sizeBytes: header.size, pieces: sequential(body) }
}

async function* sequential(body: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let offset = 0
  for await (const bytes of body) {
    yield { offset, bytes }
    offset += bytes.length
  }
}

function mapped(
  header: TarHeader,
  sizeBytes: number,
  extents: readonly Extent[],
  body: AsyncIterable<Uint8Array>,
): Content {
  let end = 0
  for (const { offset, length } of extents) {
    if (!Number.isSafeInteger(offset) || !(length >= 0) || offset < end || offset + length > sizeBytes)
      throw malformed(header)
    end = offset + length
  }
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw malformed(header)
  return { sizeBytes, pieces: placed(header, extents, body) }
}

async function* placed(
  header: TarHeader,
  extents: readonly Extent[],
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Piece> {
  let at = 0
  let done = 0
  for await (const chunk of body) {
    let rest = chunk
    while (rest.length > 0) {
      const extent = extents[at]
      if (!extent) {
        if (rest.every((byte) => byte === 0)) break // the padding of the last block
        throw malformed(header)
      }
      const bytes = rest.subarray(0, extent.length - done)
      if (bytes.length > 0) yield { offset: extent.offset + done, bytes }
      rest = rest.subarray(bytes.length)
      done += bytes.length
      if (done < extent.length) continue
      at++
      done = 0
    }
  }
}

function extentsIn(block: Buffer, at: number, count: number): readonly Extent[] {
  return Array.from({ length: count }, (_, index) => ({
    offset: octal(block, at + index * 24),
    length: octal(block, at + index * 24 + 12),
  })).filter(({ length }) => length !== 0)
}

/** Twelve bytes: octal digits, or base 256 when the first bit is set. */
function octal(block: Buffer, at: number): number {
  if ((block[at] as number) & 0x80) return Number(block.readBigUInt64BE(at + 4))
  const digits = block.toString('latin1', at, at + 12).replace(/[\0 ].*$/s, '')
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

function pairs(numbers: readonly number[]): readonly Extent[] {
  return Array.from({ length: Math.floor(numbers.length / 2) }, (_, index) => ({
    offset: numbers[2 * index] as number,
    length: numbers[2 * index + 1] as number,
  })).filter(({ length }) => length !== 0)
}

/** Format 1.0: a count and that many pairs, a number a line, to the end of a block. */
async function leadingMap(header: TarHeader, reader: AsyncIterator<Uint8Array>) {
  let bytes = Buffer.alloc(0)
  for (;;) {
    const lines = bytes.toString('latin1').split('\n')
    const count = lines.length > 1 ? Number(lines[0]) : null
    if (count !== null && !(count >= 0 && count <= MAX_EXTENTS)) throw malformed(header)
    if (count !== null && lines.length > 1 + 2 * count) {
      const used = lines.slice(0, 1 + 2 * count).reduce((sum, line) => sum + line.length + 1, 0)
      const end = Math.ceil(used / BLOCK) * BLOCK
      if (bytes.length >= end) {
        return { numbers: lines.slice(1, 1 + 2 * count).map(Number), rest: bytes.subarray(end) }
      }
    }
    const next = await reader.next()
    if (next.done || bytes.length > MAX_MAP_BYTES) throw malformed(header)
    bytes = Buffer.concat([bytes, next.value])
  }
}

async function* rejoin(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

function malformed({ path }: TarHeader): EngineError {
  return new EngineError('invalid', `the archive's sparse file "${displayName(path)}" has a malformed map`)
}
