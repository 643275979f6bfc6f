/**
 * What a build told, a JSON value a line in a file: written while it runs, read from the start by whoever wants it,
 * however late or slow. So a flood of output is nowhere in memory.
 */
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/** A log that is being written. Failures to write are told once, by `close`. */
export class EventLog {
  readonly path: string
  readonly #file: FileHandle
  #buffer = ''
  #writing: Promise<void> | null = null
  #bytes = 0
  #ended = false
  #error: unknown = null
  #changed = Promise.withResolvers<void>()

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
  }

  /** Only its owner may read it. Throws when there is one already. */
  static async create(path: string): Promise<EventLog> {
    return new EventLog(path, await open(path, 'wx', 0o600))
  }

  /** Size of what is in the file. */
  get bytes(): number {
    return this.#bytes
  }

  /** Gives the bytes that it takes in the file. */
  append(value: unknown): number {
    const line = `${JSON.stringify(value)}\n`
    this.#buffer += line
    this.#writing ??= this.#write()
    return Buffer.byteLength(line)
  }

  /** All that was appended is in the file; nothing comes after. Followers end. */
  async close(): Promise<void> {
    await this.#writing
    this.#ended = true
    this.#changed.resolve()
    await this.#file.close()
    if (this.#error) throw this.#error
  }

  /** Every value from the start, and those to come until the end. */
  async *follow(): AsyncGenerator<unknown, void, undefined> {
    const reader = await open(this.path, 'r')
    try {
      let at = 0
      let rest = Buffer.alloc(0)
      const chunk = Buffer.alloc(64 * 1024)
      for (;;) {
        const changed = this.#changed.promise
        const ended = this.#ended
        const { bytesRead } = await reader.read(chunk, 0, chunk.length, at)
        at += bytesRead
        rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)])
        for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
          yield JSON.parse(rest.toString('utf8', 0, end))
          rest = rest.subarray(end + 1)
        }
        if (bytesRead > 0) continue
        if (ended) return
        if (at >= this.#bytes) await changed
      }
    } finally {
      await reader.close()
    }
  }

  async #write(): Promise<void> {
    // What is told in one turn is written at once.
    await Promise.resolve()
    while (this.#buffer !== '') {
      const text = Buffer.from(this.#buffer)
      this.#buffer = ''
      try {
        for (let done = 0; done < text.length; ) {
          const { bytesWritten } = await this.#file.write(text, done)
          done += bytesWritten
          this.#bytes += bytesWritten
        }
      } catch (error) {
        this.#error ??= error
      }
      const { resolve } = this.#changed
      this.#changed = Promise.withResolvers()
      resolve()
    }
    this.#writing = null
  }
}

/** The values of a log that is written no longer; a line that a killed engine left half is not one. */
export async function* readEventLog(path: string): AsyncGenerator<unknown, void, undefined> {
  const stream = createReadStream(path)
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      const value = parse(line)
      if (value !== undefined) yield value
    }
  } finally {
    stream.destroy()
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
