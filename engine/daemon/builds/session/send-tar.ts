/** Results for a session's client as one stream of bytes (moby.filesync.v1.FileSend): `type=tar`, `docker`, `oci`. */
import { encode } from './protobuf.ts'
import type { Session } from './session.ts'

export const FILE_SEND = '/moby.filesync.v1.FileSend/DiffCopy'

/** Clients take at most 4 MB at once. */
const PART_BYTES = 1024 * 1024

/** Sends `tar` as it comes, no faster than the client writes. Resolves when the client has closed its file. */
export async function sendTar(
  session: Session,
  tar: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const call = session.exchange(FILE_SEND, {}, signal)
  try {
    const sending = (async () => {
      for await (const chunk of tar)
        for (let at = 0; at < chunk.length; at += PART_BYTES)
          await call.send(encode([[1, chunk.subarray(at, at + PART_BYTES)]]))
      call.end()
    })()
    await Promise.all([sending, drained(call.messages)])
  } finally {
    call.destroy()
  }
}

/** The client says nothing, and ends with the call. */
async function drained(messages: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of messages);
}
