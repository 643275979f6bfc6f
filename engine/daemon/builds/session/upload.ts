/** Bytes that a session's client holds for the engine: a context from its standard input (moby.upload.v1.Upload). */
import { MessageReader } from './protobuf.ts'
import type { Session } from './session.ts'

const PULL = '/moby.upload.v1.Upload/Pull'

/** Addresses of this host mean the client itself: `http://buildkit-session/<id>`. */
export function isSessionUrl(url: string): boolean {
  return url.startsWith('http://buildkit-session/')
}

/** What the client has at such an address. */
export async function* pullUpload(
  session: Session,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const call = session.exchange(PULL, { urlpath: new URL(url).pathname, urlhost: 'buildkit-session' }, signal)
  try {
    call.end()
    for await (const message of call.messages) {
      const reader = new MessageReader(message)
      for (let field = reader.next(); field !== 0; field = reader.next()) {
        if (field === 1) yield reader.bytes()
        else reader.skip()
      }
    }
  } finally {
    call.destroy()
  }
}
