/** What BuildKit's file transfer says of one file: fsutil's `Stat`, with the mode as Go's os.FileMode has it. */
import { encode, encodeNested, type Field, MessageReader } from './protobuf.ts'

export type StatKind = 'file' | 'folder' | 'symlink' | 'device' | 'char-device' | 'fifo' | 'socket'

export interface Stat {
  /** Below the root that is sent, no slash at either end. */
  readonly path: string
  readonly kind: StatKind
  /** Permissions with set-id bits and the sticky one, as in `chmod`. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  /** Nanoseconds since 1970. */
  readonly modifiedNs: bigint
  /** Target of a symlink; of a file: the path of another that it is a hard link to. Empty otherwise. */
  readonly linkname: string
  readonly devMajor: number
  readonly devMinor: number
  readonly xattrs: ReadonlyMap<string, Buffer>
}

const DIR = 2 ** 31
const SYMLINK = 2 ** 27
const DEVICE = 2 ** 26
const PIPE = 2 ** 25
const SOCKET = 2 ** 24
const SETUID = 2 ** 23
const SETGID = 2 ** 22
const CHAR = 2 ** 21
const STICKY = 2 ** 20

const NO_XATTRS: ReadonlyMap<string, Buffer> = new Map()

export function decodeStat(bytes: Buffer): Stat {
  const reader = new MessageReader(bytes)
  let [path, linkname] = ['', '']
  let [mode, uid, gid, size, devMajor, devMinor] = [0, 0, 0, 0, 0, 0]
  let modifiedNs = 0n
  let xattrs = NO_XATTRS
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    switch (field) {
      case 1:
        path = reader.text()
        break
      case 2:
        mode = reader.whole()
        break
      case 3:
        uid = reader.whole()
        break
      case 4:
        gid = reader.whole()
        break
      case 5:
        size = reader.whole()
        break
      case 6:
        modifiedNs = reader.whole64()
        break
      case 7:
        linkname = reader.text()
        break
      case 8:
        devMajor = reader.whole()
        break
      case 9:
        devMinor = reader.whole()
        break
      case 10:
        xattrs = new Map([...xattrs, decodeXattr(reader.bytes())])
        break
      default:
        reader.skip()
    }
  }
  return {
    ...{ path, kind: kindOf(mode), mode: permissions(mode), uid, gid, size, modifiedNs, linkname },
    ...{ devMajor, devMinor, xattrs },
  }
}

export function encodeStat(stat: Stat): Buffer {
  const fields: Field[] = [
    [1, stat.path],
    [2, goMode(stat)],
    [3, stat.uid],
    [4, stat.gid],
    [5, stat.size],
    [6, stat.modifiedNs],
    [7, stat.linkname],
    [8, stat.devMajor],
    [9, stat.devMinor],
  ]
  const xattrs = [...stat.xattrs].map(([name, value]) =>
    encodeNested(
      10,
      encode([
        [1, name],
        [2, value],
      ]),
    ),
  )
  return Buffer.concat([encode(fields), ...xattrs])
}

function decodeXattr(bytes: Buffer): readonly [string, Buffer] {
  const reader = new MessageReader(bytes)
  let name = ''
  let value = Buffer.alloc(0)
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) name = reader.text()
    else if (field === 2) value = Buffer.from(reader.bytes())
    else reader.skip()
  }
  return [name, value]
}

/** A bit of a number beyond 31 bits, where JavaScript's own operators turn negative. */
function has(mode: number, bit: number): boolean {
  return Math.floor(mode / bit) % 2 === 1
}

function kindOf(mode: number): StatKind {
  if (has(mode, DIR)) return 'folder'
  if (has(mode, SYMLINK)) return 'symlink'
  if (has(mode, PIPE)) return 'fifo'
  if (has(mode, SOCKET)) return 'socket'
  if (has(mode, DEVICE)) return has(mode, CHAR) ? 'char-device' : 'device'
  return 'file'
}

function permissions(mode: number): number {
  const special = (has(mode, SETUID) ? 0o4000 : 0) + (has(mode, SETGID) ? 0o2000 : 0)
  return (mode % 0o1000) + special + (has(mode, STICKY) ? 0o1000 : 0)
}

const KIND_BITS: Readonly<Record<StatKind, number>> = {
  ...{ file: 0, folder: DIR, symlink: SYMLINK, device: DEVICE, 'char-device': DEVICE + CHAR },
  ...{ fifo: PIPE, socket: SOCKET },
}

function goMode({ kind, mode }: Stat): number {
  const special = (mode & 0o4000 ? SETUID : 0) + (mode & 0o2000 ? SETGID : 0) + (mode & 0o1000 ? STICKY : 0)
  return KIND_BITS[kind] + special + (mode & 0o777)
}
