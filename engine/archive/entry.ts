/**
 * Archive: tar read, written and rewritten as streams, with paths that cannot leave their root.
 * Names in a tar are bytes without an encoding. Here they are strings with one character a byte (latin1), so that
 * none is changed on its way; `displayName` and `byteString` convert.
 */

/** What an entry is, by its type flag (POSIX pax, "ustar header block"). */
export type EntryKind =
  | 'file'
  | 'hardlink'
  | 'symlink'
  | 'char-device'
  | 'block-device'
  | 'directory'
  | 'fifo'
  /** GNU's old sparse file: `sparse` holds its map, the body only what is not a hole. */
  | 'sparse'

/** One entry with what the long-name and pax records before it said. Bytes of the body: `size`. */
export interface TarHeader {
  readonly kind: EntryKind
  readonly path: string
  /** Target of a link, else empty. */
  readonly link: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  /** Seconds since 1970, whole; the fraction, if any, stands in `pax`. */
  readonly mtime: number
  readonly deviceMajor: number
  readonly deviceMinor: number
  /** Records that the fields above do not hold: extended attributes, exact times, sparse maps. */
  readonly pax: ReadonlyMap<string, string>
  /** The raw tail of an old sparse header, and the extension blocks after it. */
  readonly sparse?: { readonly tail: Buffer; readonly extensions: readonly Buffer[] }
}

/** An entry of a stream; its body must be read before the next entry is asked for, or it is skipped. */
export interface TarEntry {
  readonly header: TarHeader
  /** Where the body begins in the archive. */
  readonly offset: number
  readonly body: AsyncGenerator<Uint8Array, void, undefined>
}

/** A header with everything but the essentials filled in. */
export function header(kind: EntryKind, path: string, fields: Partial<TarHeader> = {}): TarHeader {
  return {
    kind,
    path,
    link: '',
    mode: kind === 'directory' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    size: 0,
    mtime: 0,
    deviceMajor: 0,
    deviceMinor: 0,
    pax: new Map(),
    ...fields,
  }
}

/** A byte string as text for people. */
export function displayName(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8')
}

/** Text as a byte string. */
export function byteString(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
