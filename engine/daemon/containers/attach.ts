/** Attaching to a container: to its process if it has one, else to the one of its next start, from the first byte. */
import { PassThrough, type Readable, Transform, type Writable } from 'node:stream'
import { EngineError } from '../../errors.ts'
import type { Attachment } from '../../runtime/runtime.ts'
import type { Container } from './container.ts'
import { DetachKeys, parseDetachKeys } from './detach-keys.ts'
import { readLogs } from './logs/read-logs.ts'
import type { Parts } from './parts.ts'

/** What a client asks for. */
export interface AttachRequest {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly logs: boolean
  readonly stream: boolean
  readonly detachKeys: string
}

/** A client's connection. `detach` lets go of the container without touching its process. */
export interface AttachedStream {
  readonly terminal: boolean
  readonly output: Readable
  readonly input: Writable | null
  detach(): void
}

/** An attachment that waits for the start. */
export interface PendingAttach {
  readonly request: AttachRequest
  readonly output: PassThrough
  readonly input: PassThrough | null
  live: Attachment | null
}

/** Throws `conflict` in Docker's words, which name the container as it was asked for. */
export function refuseAttach({ standing }: Container, name: string): void {
  const { kind } = standing.life
  if (kind === 'paused') {
    throw new EngineError('conflict', `container ${name} is paused, unpause the container before attach`)
  }
  if (kind === 'restarting') {
    throw new EngineError('conflict', `container ${name} is restarting, wait until the container is running`)
  }
}

/** Opens a connection. Throws `invalid` for detach keys that are none. */
export async function attachContainer(
  parts: Parts,
  container: Container,
  request: AttachRequest,
): Promise<AttachedStream> {
  const terminal = container.definition.config.Tty
  const keys = parseDetachKeys(request.detachKeys)
  const open = await connect(parts, container, request)
  parts.journal.emit('container', 'attach', container.id, container.attributes())
  const output = request.logs ? await withLogs(parts, container, request, open.output) : open.output
  const { input } = open
  if (!terminal || !input) return { terminal, ...open, output }
  const escaping = new DetachKeys(keys, () => {
    parts.journal.emit('container', 'detach', container.id, container.attributes())
    open.detach()
    output.destroy()
  })
  escaping.pipe(input)
  return { terminal, ...open, output, input: escaping }
}

type Open = Pick<AttachedStream, 'output' | 'input' | 'detach'>

async function connect(parts: Parts, container: Container, request: AttachRequest): Promise<Open> {
  const wantsInput = request.stdin && container.definition.config.OpenStdin
  if (!request.stream) {
    const output = new PassThrough()
    output.end()
    return { output, input: null, detach: () => undefined }
  }
  if (container.up || container.phase === 'made') {
    const live = await parts.runtime.attach(container.id, liveOptions(container, request))
    return { output: live.output, input: wantsInput ? live.input : null, detach: () => live.detach() }
  }
  const input = wantsInput ? new PassThrough() : null
  const pending: PendingAttach = { request, output: new PassThrough(), input, live: null }
  container.pendingAttaches.add(pending)
  const detach = () => {
    container.pendingAttaches.delete(pending)
    pending.live?.detach()
    pending.output.destroy()
  }
  return { output: pending.output, input, detach }
}

/** Connects everybody who waits; to be called when the process is made and has not started. */
export async function connectPending(parts: Parts, container: Container): Promise<void> {
  const waiting = [...container.pendingAttaches]
  container.pendingAttaches.clear()
  await Promise.all(
    waiting.map(async (pending) => {
      const live = await parts.runtime.attach(container.id, liveOptions(container, pending.request))
      pending.live = live
      if (pending.output.destroyed) {
        live.detach()
        return
      }
      live.output.pipe(pending.output)
      pending.input?.pipe(live.input)
    }),
  )
}

/** Ends the connections of those who waited for a start that did not come. */
export function dropPending(container: Container): void {
  for (const pending of container.pendingAttaches) pending.output.end()
  container.pendingAttaches.clear()
}

function liveOptions(container: Container, { stdin, stdout, stderr }: AttachRequest) {
  const { Tty, OpenStdin } = container.definition.config
  return { terminal: Tty, stdin: stdin && OpenStdin, stdout, stderr }
}

/** What was written before, and then what comes. */
async function withLogs(
  parts: Parts,
  container: Container,
  { stdout, stderr }: AttachRequest,
  live: Readable,
): Promise<Readable> {
  const past = await readLogs(parts, container, {
    stdout,
    stderr,
    follow: false,
    timestamps: false,
    since: '',
    until: '',
    tail: '',
  })
  const joined = new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) })
  past.pipe(joined, { end: false })
  past.on('error', (error) => joined.destroy(error))
  past.on('end', () => live.pipe(joined))
  joined.on('close', () => {
    past.destroy()
    live.destroy()
  })
  return joined
}
