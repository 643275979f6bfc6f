/** Attaching over a WebSocket: raw bytes of both streams in one, as browsers can read them. */
import type { Socket } from 'node:net'
import { Transform } from 'node:stream'
import type { DuplexStream } from './backend.ts'
import { Incoming, outgoing } from './websocket.ts'

const HEADER = 8

/** Joins an accepted WebSocket and a container's stream until either ends. */
export function joinWebSocket(socket: Socket, head: Buffer, stream: DuplexStream): void {
  const { terminal, output, input } = stream
  const raw = terminal ? output : output.pipe(withoutFrames())
  const messages = outgoing()
  const incoming = new Incoming(
    input,
    (control) => socket.write(control),
    () => socket.end(),
  )
  const finish = () => {
    stream.detach()
    output.destroy()
    socket.destroy()
  }
  socket.on('error', finish)
  socket.on('close', finish)
  incoming.on('error', finish)
  output.on('error', () => messages.end())
  raw.on('close', () => messages.end())
  if (head.length > 0) socket.unshift(head)
  socket.pipe(incoming)
  raw.pipe(messages).pipe(socket)
}

/** Takes the 8-byte headers off: a WebSocket has messages of its own, and Docker tells the streams apart no further. */
export function withoutFrames(): Transform {
  let rest: Buffer = Buffer.alloc(0)
  /** Bytes of the current frame that are still to come. */
  let missing = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      while (bytes.length > 0) {
        if (missing === 0) {
          if (bytes.length < HEADER) break
          missing = bytes.readUInt32BE(4)
          bytes = bytes.subarray(HEADER)
          continue
        }
        const part = bytes.subarray(0, missing)
        missing -= part.length
        bytes = bytes.subarray(part.length)
        this.push(part)
      }
      rest = Buffer.from(bytes)
      done()
    },
  })
}
