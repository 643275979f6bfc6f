/**
 * Results for a session's client as files (`type=local`): the engine walks a tar and the client asks for the contents
 * that it wants. The walk goes by name while a tar goes as it comes, so the tar lies in a file in the meantime.
 */
import { open, rm } from 'node:fs/promises'
import { displayName, type TarHeader } from '../../../archive/entry.ts'
import { XATTR } from '../../../archive/pax.ts'
import { readTar } from '../../../archive/read.ts'
import { EngineError } from '../../../errors.ts'
import type { Exchange } from './grpc.ts'
import { decodePacket, encodePacket } from './packets.ts'
import { FILE_SEND } from './send-tar.ts'
import type { Session } from './session.ts'
import type { Stat, StatKind } from './stat.ts'

const PART_BYTES = 32 * 1024

/** A file of the tar and where its content lies. */
interface Placed {
  readonly stat: Stat
  readonly offset: number
}

/** Sends the files of `tar`; `spool` is a path for it that does not exist yet. Resolves when the client has them. */
export async function sendFiles(
  session: Session,
  tar: AsyncIterable<Uint8Array>,
  spool: string,
  signal: AbortSignal,
): Promise<void> {
  const file = await open(spool, 'wx+', 0o600)
  const call = session.exchange(FILE_SEND, {}, signal)
  try {
    const files = await collect(tar, (chunk) => file.appendFile(chunk))
    await serve(call, files, async (offset, length) => {
      const part = Buffer.allocUnsafe(length)
      const { bytesRead } = await file.read(part, 0, length, offset)
      return part.subarray(0, bytesRead)
    })
  } finally {
    call.destroy()
    await file.close()
    await rm(spool, { force: true })
  }
}

async function serve(
  call: Exchange,
  files: readonly Placed[],
  read: (offset: number, length: number) => Promise<Buffer>,
): Promise<void> {
  const asked: number[] = []
  let wake = () => {}
  let finished = false
  const walking = (async () => {
    for (const { stat } of files) await call.send(encodePacket({ kind: 'stat', stat }))
    await call.send(encodePacket({ kind: 'stat', stat: null }))
    while (!finished) {
      const id = asked.shift()
      if (id === undefined) await new Promise<void>((resolve) => (wake = resolve))
      else await sendOne(call, id, files[id], read)
    }
  })()
  const listening = (async () => {
    for await (const message of call.messages) {
      const packet = decodePacket(message)
      if (packet.kind === 'error')
        throw new EngineError('unavailable', `the build's client cannot write the files: ${packet.message}`)
      if (packet.kind === 'request') asked.push(packet.id)
      if (packet.kind === 'finish') {
        await call.send(encodePacket({ kind: 'finish' }))
        call.end()
      }
      wake()
    }
  })().finally(() => {
    finished = true
    wake()
  })
  await Promise.all([listening, walking])
}

async function sendOne(
  call: Exchange,
  id: number,
  placed: Placed | undefined,
  read: (offset: number, length: number) => Promise<Buffer>,
): Promise<void> {
  if (!placed) throw new EngineError('invalid', "the build's client asked for a file that there is not")
  for (let at = 0; at < placed.stat.size; ) {
    const data = await read(placed.offset + at, Math.min(PART_BYTES, placed.stat.size - at))
    if (data.length === 0) throw new EngineError('internal', `${placed.stat.path} of the result is cut short`)
    await call.send(encodePacket({ kind: 'data', id, data }))
    at += data.length
  }
  await call.send(encodePacket({ kind: 'data', id, data: Buffer.alloc(0) }))
}

/** Every file of a tar by its path, folders that it leaves out included, in the order of a walk. */
async function collect(
  tar: AsyncIterable<Uint8Array>,
  keep: (chunk: Uint8Array) => Promise<void>,
): Promise<readonly Placed[]> {
  const files = new Map<string, Placed>()
  for await (const entry of readTar(kept(tar, keep))) {
    const path = pathOf(entry.header.path)
    if (path === '') continue
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash)
      if (!files.has(parent)) files.set(parent, { stat: folder(parent), offset: 0 })
    }
    const kind = kindOf(entry.header)
    if (kind !== null) files.set(path, { stat: statOf(entry.header, path, kind), offset: entry.offset })
  }
  // A slash comes before every other character, as in a walk that enters each folder when it meets it.
  const key = (path: string) => path.replaceAll('/', '\0')
  const sorted = [...files].map(([path, placed]) => [key(path), placed] as const).toSorted(byText)
  return leadLinks(sorted.map(([, placed]) => placed))
}

/** In a tar a link comes after its file; in a walk the first of all names must be the file. */
function leadLinks(files: readonly Placed[]): readonly Placed[] {
  const byPath = new Map(files.map((placed) => [placed.stat.path, placed]))
  const leaders = new Map<Placed, string>()
  return files.map((placed) => {
    const { stat } = placed
    if (stat.kind !== 'file') return placed
    const content = stat.linkname === '' ? placed : byPath.get(stat.linkname)
    if (!content) throw new EngineError('internal', `${stat.path} of the result links to what is not there`)
    const leader = leaders.get(content)
    if (leader !== undefined) return { stat: { ...stat, size: 0, linkname: leader }, offset: 0 }
    leaders.set(content, stat.path)
    return { stat: { ...content.stat, path: stat.path }, offset: content.offset }
  })
}

function byText(a: readonly [string, Placed], b: readonly [string, Placed]): number {
  return Buffer.compare(Buffer.from(a[0]), Buffer.from(b[0]))
}

async function* kept(
  source: AsyncIterable<Uint8Array>,
  keep: (chunk: Uint8Array) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    await keep(chunk)
    yield chunk
  }
}

function pathOf(name: string): string {
  const parts = displayName(name)
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw new EngineError('invalid', `${displayName(name)} leads out of the result`)
  return parts.join('/')
}

function folder(path: string): Stat {
  return {
    ...{ path, kind: 'folder', mode: 0o755, uid: 0, gid: 0, size: 0, modifiedNs: 0n, linkname: '' },
    ...{ devMajor: 0, devMinor: 0, xattrs: new Map() },
  }
}

function kindOf({ kind }: TarHeader): StatKind | null {
  switch (kind) {
    case 'file':
    case 'hardlink':
      return 'file'
    case 'directory':
      return 'folder'
    case 'symlink':
    case 'char-device':
    case 'fifo':
      return kind
    case 'block-device':
      return 'device'
    // Only old GNU tars hold these, and no result is one.
    case 'sparse':
      return null
  }
}

function statOf(header: TarHeader, path: string, kind: StatKind): Stat {
  const { mode, uid, gid, size, mtime, link } = header
  const linkname = header.kind === 'hardlink' ? pathOf(link) : displayName(link)
  const exact = header.pax.get('mtime')
  const xattrs = [...header.pax].flatMap(([name, value]) =>
    name.startsWith(XATTR) ? [[name.slice(XATTR.length), Buffer.from(value, 'latin1')] as const] : [],
  )
  return {
    ...{ path, kind, mode: mode & 0o7777, uid, gid, size: header.kind === 'hardlink' ? 0 : size, linkname },
    modifiedNs: exact === undefined ? BigInt(mtime) * 1_000_000_000n : nanoseconds(exact),
    ...{ devMajor: header.deviceMajor, devMinor: header.deviceMinor, xattrs: new Map(xattrs) },
  }
}

/** `1700000000.123456789` as a number of nanoseconds. */
function nanoseconds(text: string): bigint {
  const [whole = '0', part = ''] = text.split('.')
  return BigInt(whole) * 1_000_000_000n + BigInt(part.slice(0, 9).padEnd(9, '0'))
}
