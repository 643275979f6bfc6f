/** Reads Docker's multiplexed stream: an 8-byte header (stream, 0, 0, 0, big-endian length), then the bytes. */
import type { Readable } from 'node:stream'
import { EngineError } from '../errors.ts'

export interface Output {
  readonly stream: 'stdout' | 'stderr'
  readonly bytes: Uint8Array
}

/** Frames as they come, a long one in pieces. Reading slowly slows the engine. A terminal's output has no frames. */
export async function* demux(source: Readable, terminal: boolean): AsyncGenerator<Output, void, undefined> {
  if (terminal) {
    for await (const bytes of source) yield { stream: 'stdout', bytes: bytes as Buffer }
    return
  }
  let header: Buffer = Buffer.alloc(0)
  let left = 0
  let stream: Output['stream'] = 'stdout'
  for await (const chunk of source) {
    let rest = chunk as Buffer
    while (rest.length > 0) {
      if (left === 0) {
        const missing = 8 - header.length
        header =
          header.length === 0 && rest.length >= 8
            ? rest.subarray(0, 8)
            : Buffer.concat([header, rest.subarray(0, missing)])
        rest = rest.subarray(missing)
        if (header.length < 8) break
        const kind = header.readUInt8(0)
        if (kind > 2)
          throw new EngineError('internal', `the engine sent a stream frame of unknown kind ${kind}`)
        stream = kind === 2 ? 'stderr' : 'stdout'
        left = header.readUInt32BE(4)
        header = Buffer.alloc(0)
      } else {
        const bytes = rest.subarray(0, left)
        rest = rest.subarray(bytes.length)
        left -= bytes.length
        yield { stream, bytes }
      }
    }
  }
}
