/**
 * An archive as the frames that the helper's `files write` makes files of (its unpack.c says their form). Names are
 * checked here: none leaves the folder that the archive is unpacked into, and no device reaches the host.
 */
import { EngineError } from '../errors.ts'
import { isHarmlessDevice } from './devices.ts'
import { displayName, type EntryKind, type TarHeader } from './entry.ts'
import { XATTR } from './pax.ts'
import { readTar } from './read.ts'
import { type Piece, readPieces } from './sparse.ts'
import { normalParts } from './tree.ts'

const KINDS: Readonly<Record<EntryKind, string>> = {
  file: '-',
  sparse: '-',
  hardlink: 'h',
  symlink: 'l',
  'char-device': 'c',
  'block-device': 'b',
  directory: 'd',
  fifo: 'p',
}

/** The helper takes pieces of at most this size. */
const MAX_PIECE_BYTES = 256 * 1024

/** Frames of the plain tar `source`, to its end. Throws `invalid`, naming the entry, for what may not be made. */
export async function* frames(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const { header, body } of readTar(source)) {
    const path = normalParts(header.path, header.path).join('/')
    // The folder itself is there already, and keeps its own attributes.
    if (path === '') continue
    const content = await readPieces(header, body)
    yield frame(header, path, content.sizeBytes)
    if (header.kind !== 'file' && header.kind !== 'sparse') continue
    for await (const piece of content.pieces) yield* pieceFrames(piece)
    yield number32(0)
  }
  yield Buffer.from('E')
}

function frame(header: TarHeader, path: string, sizeBytes: number): Buffer {
  const { kind, deviceMajor, deviceMinor } = header
  if (kind.endsWith('-device') && !isHarmlessDevice(kind, deviceMajor, deviceMinor)) {
    throw new EngineError(
      'invalid',
      `the archive's entry "${displayName(header.path)}" is the device ${deviceMajor}:${deviceMinor}, which reaches into the host: it is refused`,
    )
  }
  const fixed = Buffer.alloc(45)
  fixed.write(KINDS[kind], 0, 'latin1')
  fixed.writeUInt32LE(header.mode, 1)
  fixed.writeUInt32LE(header.uid >>> 0, 5)
  fixed.writeUInt32LE(header.gid >>> 0, 9)
  fixed.writeBigUInt64LE(BigInt(sizeBytes), 13)
  fixed.writeBigInt64LE(BigInt(header.mtime), 21)
  fixed.writeUInt32LE(nanoseconds(header), 29)
  fixed.writeUInt32LE(deviceMajor, 33)
  fixed.writeUInt32LE(deviceMinor, 37)
  const link = kind === 'hardlink' ? normalParts(header.link, header.path).join('/') : header.link
  const attributes = [...header.pax].filter(
    ([key]) => key.startsWith(XATTR) && isPortable(key.slice(XATTR.length)),
  )
  return Buffer.concat([
    fixed.subarray(0, 41),
    text(path),
    text(link),
    number32(attributes.length),
    ...attributes.flatMap(([key, value]) => [text(key.slice(XATTR.length)), text(value)]),
  ])
}

/** Attributes that mean something on any host and are not overlayfs's own. */
function isPortable(name: string): boolean {
  return (
    !name.startsWith('trusted.') &&
    !name.startsWith('user.overlay.') &&
    name !== 'security.selinux' &&
    !name.includes('\0')
  )
}

/** The fraction that a pax record has and the header has not. */
function nanoseconds({ pax }: TarHeader): number {
  const fraction = /\.(\d{1,9})/.exec(pax.get('mtime') ?? '')?.[1] ?? ''
  return fraction === '' ? 0 : Number(fraction.padEnd(9, '0'))
}

function* pieceFrames({ offset, bytes }: Piece): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += MAX_PIECE_BYTES) {
    const part = bytes.subarray(at, at + MAX_PIECE_BYTES)
    const head = Buffer.alloc(12)
    head.writeUInt32LE(part.length, 0)
    head.writeBigUInt64LE(BigInt(offset + at), 4)
    yield head
    yield part
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  return Buffer.concat([number32(bytes.length), bytes])
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
