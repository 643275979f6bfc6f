/** Entries as tar bytes, in GNU's format with pax records where an entry has any: what every tar of today reads. */
import type { TarHeader } from './entry.ts'
import { BLOCK, encodeBlock, paddedSize } from './header-block.ts'
import { encodePax } from './pax.ts'

/** What stands at the end of an archive. */
export const END_OF_ARCHIVE = Buffer.alloc(2 * BLOCK)

const PLAIN = { mode: 0o644, uid: 0, gid: 0, mtime: 0, deviceMajor: 0, deviceMinor: 0 }

/** All blocks that come before an entry's body. */
export function encodeHeader(header: TarHeader): Buffer {
  const blocks: Buffer[] = []
  if (header.pax.size > 0) {
    const records = encodePax(header.pax)
    blocks.push(
      encodeBlock({ ...PLAIN, type: 'pax', path: 'PaxHeaders/entry', link: '', size: records.length }),
      padded(records),
    )
  }
  const path = header.kind === 'directory' && !header.path.endsWith('/') ? `${header.path}/` : header.path
  if (path.length > 100) blocks.push(...longRecord('long-name', path))
  if (header.link.length > 100) blocks.push(...longRecord('long-link', header.link))
  // GNU tar takes the records of a sparse file for what they are only in a header of the format that has them.
  const magic = [...header.pax.keys()].some((key) => key.startsWith('GNU.sparse.')) ? 'posix' : 'gnu'
  blocks.push(encodeBlock({ ...header, path, type: header.kind }, header.sparse?.tail, magic))
  if (header.sparse) blocks.push(...header.sparse.extensions)
  return blocks.length === 1 ? (blocks[0] as Buffer) : Buffer.concat(blocks)
}

/** The zeros that follow a body of `size` bytes. */
export function padding(size: number): Buffer {
  return END_OF_ARCHIVE.subarray(0, paddedSize(size) - size)
}

/** An entry whose body is at hand. */
export function encodeEntry(header: TarHeader, body: Uint8Array = new Uint8Array(0)): Buffer {
  return Buffer.concat([encodeHeader({ ...header, size: body.length }), body, padding(body.length)])
}

function longRecord(type: 'long-name' | 'long-link', value: string): readonly Buffer[] {
  const body = Buffer.from(`${value}\0`, 'latin1')
  return [encodeBlock({ ...PLAIN, type, path: '././@LongLink', link: '', size: body.length }), padded(body)]
}

function padded(body: Buffer): Buffer {
  return Buffer.concat([body, padding(body.length)])
}
