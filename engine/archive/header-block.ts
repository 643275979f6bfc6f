/** The 512-byte header block of a tar entry, in both directions (POSIX ustar; GNU's base-256 numbers and long names). */
import { EngineError } from '../errors.ts'
import { displayName, type EntryKind } from './entry.ts'

export const BLOCK = 512

/** A block's fields as they stand there; long-name and pax records are not yet applied. */
export interface RawHeader {
  readonly type: string
  readonly path: string
  readonly link: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly mtime: number
  readonly deviceMajor: number
  readonly deviceMinor: number
}

const KINDS: Readonly<Record<string, EntryKind>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'char-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
  S: 'sparse',
}

const FLAGS: Readonly<Record<EntryKind, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  'char-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
  sparse: 'S',
}

/** The kind of a type flag; undefined for what no image may hold. */
export function kindOfFlag(flag: string): EntryKind | undefined {
  return KINDS[flag]
}

/** Blocks that hold the bytes of a body. */
export function paddedSize(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}

/** Reads a block; null when it is all zeros (the end mark). Throws `invalid` when it is no tar header. */
export function decodeBlock(block: Buffer): RawHeader | null {
  const sum = checksum(block)
  if (sum === 256 && block.every((byte) => byte === 0)) return null
  if (number(block, 148, 8) !== sum)
    throw new EngineError('invalid', 'this is not a tar archive (bad header checksum)')
  const ustar = block.toString('latin1', 257, 263)
  // GNU's header uses the prefix field for times.
  const prefix = ustar === 'ustar\0' ? text(block, 345, 155) : ''
  const name = text(block, 0, 100)
  return {
    type: String.fromCharCode(block[156] as number),
    path: prefix === '' ? name : `${prefix}/${name}`,
    link: text(block, 157, 100),
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    mtime: number(block, 136, 12),
    deviceMajor: ustar.startsWith('ustar') ? number(block, 329, 8) : 0,
    deviceMinor: ustar.startsWith('ustar') ? number(block, 337, 8) : 0,
  }
}

/** How a block says which format it is of. */
export type Magic = 'gnu' | 'posix'

const MAGICS: Readonly<Record<Magic, string>> = { gnu: 'ustar  \0', posix: 'ustar\x0000' }

/** Writes a block in GNU's format. `path` and `link` are cut to 100 bytes: longer ones need a long-name entry before. */
export function encodeBlock(
  fields: Omit<RawHeader, 'type'> & { readonly type: EntryKind | 'long-name' | 'long-link' | 'pax' },
  tail?: Buffer,
  magic: Magic = 'gnu',
): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(fields.path.slice(0, 100), 0, 'latin1')
  putNumber(block, 100, 8, fields.mode)
  putNumber(block, 108, 8, fields.uid)
  putNumber(block, 116, 8, fields.gid)
  putNumber(block, 124, 12, fields.size)
  putNumber(block, 136, 12, fields.mtime)
  block.write(flagOf(fields.type), 156, 'latin1')
  block.write(fields.link.slice(0, 100), 157, 'latin1')
  block.write(MAGICS[magic], 257, 'latin1')
  putNumber(block, 329, 8, fields.deviceMajor)
  putNumber(block, 337, 8, fields.deviceMinor)
  tail?.copy(block, 345)
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

function flagOf(type: EntryKind | 'long-name' | 'long-link' | 'pax'): string {
  if (type === 'long-name') return 'L'
  if (type === 'long-link') return 'K'
  return type === 'pax' ? 'x' : FLAGS[type]
}

/** Sum of all bytes, the checksum field counted as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 32
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += block[at] as number
  return sum
}

function text(block: Buffer, at: number, length: number): string {
  const end = block.indexOf(0, at)
  return block.toString('latin1', at, end < 0 || end > at + length ? at + length : end)
}

/** Octal digits, or base 256 when the first bit is set. */
function number(block: Buffer, at: number, length: number): number {
  const first = block[at] as number
  if (first & 0x80) {
    let value = BigInt.asIntN(7, BigInt(first & 0x7f))
    for (let i = 1; i < length; i++) value = (value << 8n) | BigInt(block[at + i] as number)
    const result = Number(value)
    if (!Number.isSafeInteger(result))
      throw new EngineError('invalid', 'the archive holds a number beyond all measure')
    return result
  }
  const digits = text(block, at, length).trim()
  if (digits === '') return 0
  if (!/^[0-7]+$/.test(digits)) {
    throw new EngineError('invalid', `this is not a tar archive (a number reads "${displayName(digits)}")`)
  }
  return Number.parseInt(digits, 8)
}

function putNumber(block: Buffer, at: number, length: number, value: number): void {
  if (value >= 0 && value < 8 ** (length - 1)) {
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
    return
  }
  let rest = BigInt(value)
  for (let i = length - 1; i > 0; i--) {
    block[at + i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  block[at] = value < 0 ? 0xff : 0x80
}
