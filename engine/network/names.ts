/**
 * The names of containers on networks: what the server that answers for them (host/attach/dns.c) is told. It is one
 * process for an engine, begun with the first container that has names; it outlives the engine, is taken over by the
 * next one, and ends by itself when the last container is gone.
 */
import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { EngineError, isEngineError } from '../errors.ts'
import { nativeHelper } from '../host/native-parts.ts'
import { spawn } from '../host/spawn.ts'
import type { Sandbox, SandboxNames } from './network.ts'
import { inPlace } from './place.ts'

/** How long the server may take to begin. */
const BEGIN_MS = 5_000

interface Waiter {
  readonly resolve: (answer: string) => void
  readonly reject: (error: Error) => void
}

export class Names {
  readonly #socketPath: string
  readonly #tag: string
  #line: Promise<Socket> | null = null
  #waiting: Waiter[] = []
  /** What the server was told, to tell it again if it ends before its time. */
  readonly #told = new Map<string, string>()

  /** `tag` shows whose the server is. */
  constructor(socketPath: string, tag: string) {
    this.#socketPath = socketPath
    this.#tag = tag
  }

  /** Says what a container is called and whom it asks. Resolves when it is so. */
  async put(sandbox: Sandbox, names: SandboxNames): Promise<void> {
    const text = commandText(sandbox, names)
    this.#told.set(sandbox.containerId, text)
    try {
      await this.#ask(text)
    } catch (error) {
      // It may have ended just now, with the container that was its last.
      if (!isEngineError(error, 'unavailable')) throw error
      await this.#ask(text)
    }
  }

  /** Forgets a container and lets go of its namespace. Well if it had no names. */
  async drop(containerId: string): Promise<void> {
    if (!this.#told.delete(containerId)) return
    // A server that is gone knows nothing any more.
    if (existsSync(this.#socketPath)) await this.#ask(`drop ${containerId}\n`).catch(() => undefined)
  }

  /** The containers that a server of an earlier engine knows, and this one from now on. */
  async adopt(): Promise<readonly string[]> {
    const ids = await this.list()
    for (const id of ids) this.#told.set(id, this.#told.get(id) ?? '')
    return ids
  }

  /** The containers that the server knows; none when it does not run. */
  async list(): Promise<readonly string[]> {
    if (!existsSync(this.#socketPath)) return []
    try {
      const socket = await open(this.#socketPath)
      this.#line ??= Promise.resolve(this.#listen(socket))
      const answer = await this.#ask('list\n')
      return answer.split(' ').filter(Boolean)
    } catch {
      this.#line = null
      return [] // the socket of one that was killed
    }
  }

  /** Ends the connection; the server goes on for as long as it has containers. */
  close(): void {
    void this.#line?.then((socket) => socket.destroy()).catch(() => undefined)
    this.#line = null
  }

  async #ask(text: string): Promise<string> {
    const line = this.#line ?? this.#begin()
    this.#line = line
    let socket: Socket
    try {
      socket = await line
    } catch (error) {
      if (this.#line === line) this.#line = null
      throw error
    }
    const answer = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      socket.write(text)
    })
    if (answer.startsWith('ok')) return answer.slice(2)
    throw new EngineError('internal', `the server of container names refused: ${answer.slice(3)}`)
  }

  async #begin(): Promise<Socket> {
    const there = existsSync(this.#socketPath) ? await open(this.#socketPath).catch(() => null) : null
    if (there) return this.#listen(there)
    await start(this.#socketPath, this.#tag)
    return this.#listen(await open(this.#socketPath))
  }

  #listen(socket: Socket): Socket {
    let rest = ''
    socket.setEncoding('utf8')
    socket.unref()
    socket.on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.#waiting.shift()?.resolve(line)
    })
    socket.on('error', () => {}) // its end is what tells
    socket.on('close', () => this.#ended())
    return socket
  }

  /** It ended because nobody had names any more, or it was killed: then a new one is told everything again. */
  #ended(): void {
    this.#line = null
    const waiting = this.#waiting
    this.#waiting = []
    for (const { reject } of waiting) {
      reject(new EngineError('unavailable', 'the server of container names has ended'))
    }
    for (const text of this.#told.values()) {
      if (text !== '') void this.#ask(text).catch(() => undefined)
    }
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** Starts the server, detached, and waits for its word that it listens. */
function start(socketPath: string, tag: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // It goes into containers' namespaces and back, which it must have the right to.
    const child = spawn(...inPlace(nativeHelper(), ['dns', socketPath, tag]), {
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const fail = (why: string) =>
      reject(new EngineError('unavailable', `the server of container names did not start: ${why}`))
    const timer = setTimeout(() => fail(`it said nothing for ${BEGIN_MS} ms`), BEGIN_MS)
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code) => fail(`it ended with ${code}`))
    child.stdout?.once('data', () => {
      clearTimeout(timer)
      child.stdout?.destroy()
      resolve()
    })
    child.unref()
  })
}

/** The lines that tell the server of one container. Pure. */
export function commandText({ containerId, netns }: Sandbox, names: SandboxNames): string {
  // A word of the protocol ends at a space; no name or address that can be asked for has one.
  const word = (text: string) => text.replaceAll(/\s/g, '')
  const lines = names.networks.flatMap((network) => [
    `network ${network.id} ${word(network.name)}`,
    ...network.names.map((name) => `name ${network.id} ${word(name)}`),
    ...network.addresses.map((address) => `address ${network.id} ${address}`),
    ...network.aliases.map(([alias, target]) => `alias ${network.id} ${word(alias)} ${word(target)}`),
  ])
  const servers = names.servers.map(
    ({ address, inside }) => `${inside ? 'inside' : 'server'} ${word(address)}`,
  )
  return `${[`put ${containerId} ${netns}`, ...lines, ...servers, '.'].join('\n')}\n`
}
