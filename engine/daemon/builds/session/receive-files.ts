/** Fetches files of a session's client (moby.filesync.v1.FileSync/DiffCopy), only those that are not here already. */
import { EngineError } from '../../../errors.ts'
import type { Exchange } from './grpc.ts'
import { decodePacket, encodePacket } from './packets.ts'
import type { Session } from './session.ts'
import type { Stat } from './stat.ts'

export const DIFF_COPY = '/moby.filesync.v1.FileSync/DiffCopy'

/** Which of a client's files are meant. */
export interface FileFilter {
  /** A name that the client gave a folder of its own: `context`, `dockerfile`. */
  readonly folder: string
  readonly exclude: readonly string[]
  /** Only these and what links on the way to them need; null is everything. */
  readonly follow: readonly string[] | null
}

/** Takes what comes. Calls come one after the other. */
export interface FileSink {
  /** A file of the walk, parents before children. True when its content is wanted. */
  file(stat: Stat): boolean
  /** A part of a wanted file; null when it is whole. */
  data(stat: Stat, part: Buffer | null): Promise<void> | void
}

/** Resolves when `sink` has the walk and all it wanted. Throws `EngineError`, also for what the client says is wrong. */
export async function receiveFiles(
  session: Session,
  filter: FileFilter,
  sink: FileSink,
  told: { readonly signal: AbortSignal; readonly bytes: (current: number) => void },
): Promise<void> {
  const call = session.exchange(DIFF_COPY, metadataOf(filter), told.signal)
  try {
    await receive(call, sink, told.bytes)
  } finally {
    call.destroy()
  }
}

function metadataOf({ folder, exclude, follow }: FileFilter) {
  return {
    'dir-name': ascii(folder),
    ...(exclude.length > 0 ? { 'exclude-patterns': exclude.map(ascii), 'override-excludes': 'true' } : {}),
    ...(follow === null ? {} : { followpaths: follow.map(ascii) }),
  }
}

/** Headers are bytes: each of the text's own is one character of what HTTP/2 is given. */
function ascii(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

async function receive(call: Exchange, sink: FileSink, bytes: (current: number) => void): Promise<void> {
  const wanted = new Map<number, Stat>()
  let count = 0
  let received = 0
  let walked = false
  // Requests are small and must not wait: the client may be waiting for us to read.
  const tell = (message: Buffer) => void call.send(message).catch(() => {})
  const finishWhenWhole = () => {
    if (walked && wanted.size === 0) tell(encodePacket({ kind: 'finish' }))
  }
  for await (const message of call.messages) {
    const packet = decodePacket(message)
    received += message.length
    bytes(received)
    switch (packet.kind) {
      case 'stat': {
        if (packet.stat === null) {
          walked = true
          finishWhenWhole()
          break
        }
        const id = count++
        if (!sink.file(packet.stat)) break
        wanted.set(id, packet.stat)
        tell(encodePacket({ kind: 'request', id }))
        break
      }
      case 'data': {
        const stat = wanted.get(packet.id)
        if (!stat) throw new EngineError('invalid', "the build's client sent a file that nobody asked for")
        if (packet.data.length > 0) {
          await sink.data(stat, packet.data)
          break
        }
        await sink.data(stat, null)
        wanted.delete(packet.id)
        finishWhenWhole()
        break
      }
      case 'finish':
        call.end()
        return
      case 'error':
        throw new EngineError('invalid', `the build's client cannot send its files: ${packet.message}`)
      case 'request':
        throw new EngineError('invalid', "the build's client asks for files where it should send them")
    }
  }
  throw new EngineError('unavailable', "the build's client stopped sending its files")
}
