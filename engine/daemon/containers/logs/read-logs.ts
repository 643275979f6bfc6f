/** Reading a container's log: a part of it, or on and on as it is written, over all of its files. */
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { EngineError } from '../../../errors.ts'
import { nowNano, parseMoment } from '../../clock.ts'
import type { Container } from '../container.ts'
import { containerFiles } from '../files.ts'
import type { Parts } from '../parts.ts'
import { LogChanges } from './log-changes.ts'
import { logAttributes } from './log-config.ts'
import { logTurn, openLogFiles, openNext } from './log-files.ts'
import { LogSplitter } from './log-lines.ts'
import { LogRenderer } from './render.ts'
import { tailOffset } from './tail-offset.ts'

/** Docker's query of the log endpoint. */
export interface LogRequest {
  readonly stdout: boolean
  readonly stderr: boolean
  readonly follow: boolean
  readonly timestamps: boolean
  /** Put what the driver's options name (labels, environment) before each line. */
  readonly details?: boolean
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
  const { definition } = container
  if (definition.host.LogConfig.Type === 'none') {
    throw new EngineError('not-implemented', 'configured logging driver does not support reading')
  }
  const until = parseMoment(request.until === '0' ? '' : request.until)
  const renderer = new LogRenderer({
    terminal: definition.config.Tty,
    stdout: request.stdout,
    stderr: request.stderr,
    timestamps: request.timestamps,
    since: parseMoment(request.since === '0' ? '' : request.since),
    until,
    details: request.details ? logAttributes(definition, container.name) : null,
  })
  const lines = /^\d+$/.test(request.tail) ? Number(request.tail) : null
  const path = containerFiles(parts.directory, container.id).log
  const gone = new AbortController()
  const begin = async () => {
    const files = await openLogFiles(path)
    // Armed before the first read: what is written meanwhile is not missed.
    const changes = request.follow && container.up ? new LogChanges(container, path, gone.signal) : null
    return { files, changes }
  }
  const { files, changes } = await logTurn(container, begin)
  if (files.length === 0) {
    changes?.close()
    return Readable.from([])
  }
  if (until !== null && changes) changes.endAt(Number((until - nowNano()) / 1_000_000n))
  const log = new LogReader(container, path, renderer, changes)
  // Found before the answer begins: what is written after it is new to whoever asked for no lines of before.
  const from = await log.skip(files, lines).catch(async (error: unknown) => {
    changes?.close()
    for (const file of files) await file.close()
    throw error
  })
  const stream = Readable.from(log.read(files, from), { objectMode: false })
  stream.on('close', () => gone.abort())
  return stream
}

class LogReader {
  readonly #container: Container
  readonly #path: string
  readonly #renderer: LogRenderer
  readonly #changes: LogChanges | null
  readonly #splitter = new LogSplitter()
  readonly #block = Buffer.allocUnsafe(BLOCK)

  constructor(container: Container, path: string, renderer: LogRenderer, changes: LogChanges | null) {
    this.#container = container
    this.#path = path
    this.#renderer = renderer
    this.#changes = changes
  }

  /** `files` (oldest first) from an offset in the first, and then what comes. */
  async *read(files: FileHandle[], from: number): AsyncGenerator<Buffer> {
    let current: FileHandle | undefined
    let offset = from
    try {
      // Without following, what is written from now on is not asked for: a busy log would never end.
      const sizes = await Promise.all(files.map(async (file) => (await file.stat()).size))
      for (const [index, file] of files.entries()) {
        const last = index === files.length - 1
        if (last && this.#changes) break
        yield* this.#readTo(file, offset, sizes[index] ?? 0)
        offset = 0
      }
      if (!this.#changes) return
      current = files.pop()
      while (current) {
        offset = yield* this.#follow(current, offset)
        const over: boolean = this.#changes.over
        const file: FileHandle = current
        const next = await logTurn(this.#container, () => openNext(this.#path, file))
        if (next) {
          // The supervisor wrote to this one until it began the next.
          yield* this.#readTo(file, offset, Number.POSITIVE_INFINITY)
          await file.close()
          current = next
          offset = 0
        } else if (over) {
          return
        }
      }
    } finally {
      this.#changes?.close()
      await current?.close()
      for (const file of files) await file.close()
    }
  }

  /** Drops whole files that the tail does not reach, and answers where it begins in the first that is left. */
  async skip(files: FileHandle[], lines: number | null): Promise<number> {
    if (lines === null) return 0
    let missing = lines
    for (let index = files.length - 1; index >= 0; index--) {
      const file = files[index] as FileHandle
      const found = await tailOffset(file, (await file.stat()).size, missing, index < files.length - 1)
      if (found.missing > 0) {
        missing = found.missing
        continue
      }
      for (const unused of files.splice(0, index)) await unused.close()
      return found.offset
    }
    return 0
  }

  /** Reads to the end again and again until there is another file or nothing more comes. Answers where it stopped. */
  async *#follow(file: FileHandle, from: number): AsyncGenerator<Buffer, number> {
    const changes = this.#changes as LogChanges
    let offset = from
    for (;;) {
      // Asked before reading: what is written until the end is seen is read in the round after it.
      const over = changes.over
      offset = yield* this.#readTo(file, offset, Number.POSITIVE_INFINITY)
      if (over || changes.rotated) {
        changes.rotated = false
        return offset
      }
      await changes.next()
    }
  }

  async *#readTo(file: FileHandle, from: number, end: number): AsyncGenerator<Buffer, number> {
    let offset = from
    for (;;) {
      const wanted = Math.min(BLOCK, end - offset)
      const { bytesRead } = wanted > 0 ? await file.read(this.#block, 0, wanted, offset) : { bytesRead: 0 }
      if (bytesRead === 0) return offset
      offset += bytesRead
      const rendered: Buffer[] = []
      for (const entry of this.#splitter.split(this.#block.subarray(0, bytesRead))) {
        const bytes = this.#renderer.render(entry)
        if (bytes) rendered.push(bytes)
      }
      if (rendered.length > 0) yield Buffer.concat(rendered)
    }
  }
}
