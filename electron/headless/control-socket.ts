/**
 * One services process a state folder: whoever listens on its control socket is the one. A second `longshore` asks
 * there for a fresh link instead of starting another. The folder is the user's alone (0700), and so is the socket.
 */
import { once } from 'node:events'
import { chmod, mkdir, rm } from 'node:fs/promises'
import type { Server } from 'node:net'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { EngineError } from '../../engine/errors.ts'

/** Socket addresses hold 107 bytes. */
const LONGEST_PATH = 107

export interface ControlSocket {
  /** Answers `link` from now on. */
  serve(link: () => string | Promise<string>): void
  close(): Promise<void>
}

/** Takes the state folder, or answers the running shell's fresh link. */
export async function takeState(
  stateDirectory: string,
): Promise<{ readonly socket: ControlSocket } | { readonly runningLink: string }> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 })
  const address = path.join(stateDirectory, 'shell.sock')
  if (Buffer.byteLength(address) > LONGEST_PATH) {
    throw new EngineError(
      'invalid',
      `the state folder's path is too long for a socket in it: ${stateDirectory}`,
    )
  }
  for (let attempt = 0; ; attempt++) {
    try {
      return { socket: await listen(address) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt > 1) throw error
      const link = await askForLink(address)
      if (link !== null) return { runningLink: link }
      await rm(address, { force: true }) // its owner died without taking it away
    }
  }
}

async function listen(address: string): Promise<ControlSocket> {
  let link: (() => string | Promise<string>) | null = null
  const server: Server = createServer((connection) => {
    connection.on('error', () => {})
    const answer = async () => `${link ? await link() : 'starting'}\n`
    answer().then(
      (text) => connection.end(text),
      () => connection.end('starting\n'), // the asker tries again
    )
  })
  server.listen(address)
  await once(server, 'listening')
  await chmod(address, 0o600)
  return {
    serve(give) {
      link = give
    },
    async close() {
      server.close()
      await once(server, 'close')
    },
  }
}

/** The link, or null when nobody listens there any more. Waits while the other shell is still starting. */
async function askForLink(address: string): Promise<string | null> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await ask(address)
    if (answer !== 'starting') return answer
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new EngineError(
    'unavailable',
    'another Longshore is starting on this state folder and does not get ready',
  )
}

function ask(address: string): Promise<string | null> {
  return new Promise((resolve) => {
    const connection = connect(address)
    let text = ''
    connection.setEncoding('utf8')
    connection.on('data', (chunk: string) => {
      text += chunk
    })
    connection.on('end', () => resolve(text.trim() || null))
    connection.on('error', () => resolve(null))
  })
}
