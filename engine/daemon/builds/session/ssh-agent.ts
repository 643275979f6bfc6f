/** The ssh agents of a session's client (moby.sshforward.v1.SSH), each behind a unix socket of the engine. */
import { rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { makeAgentFolder } from './agent-folders.ts'
import { CallFailed, type Exchange } from './grpc.ts'
import { encode, MessageReader } from './protobuf.ts'
import type { Session } from './session.ts'

const CHECK = '/moby.sshforward.v1.SSH/CheckAgent'
const FORWARD = '/moby.sshforward.v1.SSH/ForwardAgent'

/** Sockets for the time of one build. */
export class SshAgents {
  readonly #session: Session
  readonly #directory: string
  readonly #signal: AbortSignal
  readonly #sockets = new Map<string, Promise<string | null>>()
  readonly #servers: { readonly server: Server; readonly folder: string }[] = []

  /** `directory` is where the sockets are made, each in a folder that only the engine's user may enter. */
  constructor(session: Session, directory: string, signal: AbortSignal) {
    this.#session = session
    this.#directory = directory
    this.#signal = signal
  }

  /** A socket that speaks the agent's protocol; null when the client has no agent of that id. */
  socket(id: string): Promise<string | null> {
    const name = id === '' ? 'default' : id
    const known = this.#sockets.get(name) ?? this.#open(name)
    this.#sockets.set(name, known)
    return known
  }

  async close(): Promise<void> {
    for (const { server, folder } of this.#servers) {
      server.close()
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #open(id: string): Promise<string | null> {
    if (!this.#session.serves(FORWARD)) return null
    try {
      await this.#session.call(CHECK, encode([[1, id]]), this.#signal)
    } catch (error) {
      if (error instanceof CallFailed) return null
      throw error
    }
    const folder = await makeAgentFolder(this.#directory)
    const server = createServer((socket) => void this.#forward(id, socket))
    this.#servers.push({ server, folder })
    const path = join(folder, 'agent')
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
    server.unref()
    return path
  }

  /** One connection of a program in the build is one stream to the client's agent. */
  async #forward(id: string, socket: Socket): Promise<void> {
    socket.on('error', () => socket.destroy())
    let call: Exchange
    try {
      call = this.#session.exchange(FORWARD, { 'buildkit.ssh.id': id }, this.#signal)
    } catch {
      socket.destroy() // the client left before its command did
      return
    }
    const sending = (async () => {
      for await (const chunk of socket) await call.send(encode([[1, chunk as Buffer]]))
      call.end()
    })().catch(() => call.destroy())
    try {
      for await (const message of call.messages) {
        const reader = new MessageReader(message)
        for (let field = reader.next(); field !== 0; field = reader.next()) {
          if (field === 1) socket.write(reader.bytes())
          else reader.skip()
        }
      }
    } catch {
      // The program sees its agent go, which is all that can be said to it.
    } finally {
      socket.end()
      call.destroy()
      await sending
    }
  }
}
