/** Reading a container's log: a part of it, or on and on as it is written. */
import { watch } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { EngineError } from '../../../errors.ts'
import { parseMoment } from '../../clock.ts'
import type { Container } from '../container.ts'
import { containerFiles } from '../files.ts'
import type { Parts } from '../parts.ts'
import { LogSplitter } from './log-lines.ts'
import { LogRenderer } from './render.ts'
import { tailOffset } from './tail-offset.ts'

/** Docker's query of the log endpoint. */
export interface LogRequest {
  readonly stdout: boolean
  readonly stderr: boolean
  readonly follow: boolean
  readonly timestamps: boolean
  readonly since: string
  readonly until: string
  readonly tail: string
}

const BLOCK = 128 * 1024

/** A stream of the log. With `follow` it ends with the container's process. Throws `invalid` for a bad query. */
export async function readLogs(
  parts: Pick<Parts, 'directory'>,
  container: Container,
  request: LogRequest,
): Promise<Readable> {
  if (!request.stdout && !request.stderr) {
    throw new EngineError('invalid', 'Bad parameters: you must choose at least one stream')
  }
  const renderer = new LogRenderer({
    terminal: container.definition.config.Tty,
    stdout: request.stdout,
    stderr: request.stderr,
    timestamps: request.timestamps,
    since: parseMoment(request.since === '0' ? '' : request.since),
    until: parseMoment(request.until === '0' ? '' : request.until),
  })
  const lines = /^\d+$/.test(request.tail) ? Number(request.tail) : null
  const path = containerFiles(parts.directory, container.id).log
  const file = await openLog(path)
  if (!file) return Readable.from([])
  const gone = new AbortController()
  const follow = request.follow && container.up ? { container, path, signal: gone.signal } : null
  const stream = Readable.from(chunks(file, renderer, lines, follow), { objectMode: false })
  stream.on('close', () => gone.abort())
  return stream
}

interface Follow {
  readonly container: Container
  readonly path: string
  readonly signal: AbortSignal
}

async function* chunks(
  file: FileHandle,
  renderer: LogRenderer,
  lines: number | null,
  follow: Follow | null,
): AsyncGenerator<Buffer> {
  const changes = follow && new Changes(follow)
  try {
    const { size } = await file.stat()
    let offset = lines === null ? 0 : await tailOffset(file, size, lines)
    const splitter = new LogSplitter()
    const block = Buffer.allocUnsafe(BLOCK)
    for (;;) {
      // Asked before reading: what is written until the end is seen is read in the round after it.
      const over = changes === null || changes.over
      for (;;) {
        // Without following, what is written from now on is not asked for: a busy log would never end.
        const wanted = changes ? BLOCK : Math.min(BLOCK, size - offset)
        const { bytesRead } = wanted > 0 ? await file.read(block, 0, wanted, offset) : { bytesRead: 0 }
        if (bytesRead === 0) break
        offset += bytesRead
        const rendered: Buffer[] = []
        for (const entry of splitter.split(block.subarray(0, bytesRead))) {
          const bytes = renderer.render(entry)
          if (bytes) rendered.push(bytes)
        }
        if (rendered.length > 0) yield Buffer.concat(rendered)
      }
      if (over) return
      await changes.next()
    }
  } finally {
    changes?.close()
    await file.close()
  }
}

/** Wakes a follower when the file has grown, the process has ended or the client has gone away. */
class Changes {
  #changed = false
  #wake: (() => void) | null = null
  readonly #close: () => void
  /** Nothing more will be written, or nobody reads it. */
  over = false

  constructor({ container, path, signal }: Follow) {
    const watcher = watch(path, () => this.#note())
    watcher.on('error', () => this.#finish()) // without news there is nothing to wait for
    this.#close = () => watcher.close()
    const finish = () => this.#finish()
    signal.addEventListener('abort', finish, { once: true })
    // conmon has written everything before it tells of the end.
    if (container.up) void container.nextExit(signal).then(finish)
    else this.over = true
  }

  /** Resolves when something has changed since the last call. */
  async next(): Promise<void> {
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#changed = false
  }

  close(): void {
    this.#close()
  }

  #finish(): void {
    this.over = true
    this.#note()
  }

  #note(): void {
    this.#changed = true
    this.#wake?.()
    this.#wake = null
  }
}

/** Null when nothing was ever written. */
async function openLog(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
