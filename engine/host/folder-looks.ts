/** Folders with what lstat says of everything in them, by the C helper (attach/look.c): for walks of many files. */
import type { Readable, Writable } from 'node:stream'
import { EngineError } from '../errors.ts'
import { nativeHelper } from './native-parts.ts'
import { type ChildProcess, spawn } from './spawn.ts'

/** What lstat says; times in milliseconds with their fraction, as Node's `Stats` has them. */
export interface Look {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly rdev: number
  readonly dev: number
  readonly ino: number
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
}

/** One entry of a folder. */
export interface Entry {
  readonly name: string
  readonly look: Look
}

const FIELDS = 9
const HEAD_BYTES = 12
/** errno of `ENOENT` and `ENOTDIR`: the folder is gone. */
const GONE = [2, 20]

/** A helper that looks at the folders below `root` until it is closed. */
export class FolderLooks {
  readonly #child: ChildProcess
  readonly #waiting: {
    readonly path: string
    readonly resolve: (entries: readonly Entry[] | null) => void
    readonly reject: (error: unknown) => void
  }[] = []
  #chunks: Buffer[] = []
  #size = 0
  #failure: EngineError | null = null

  constructor(root: string) {
    this.#child = spawn(nativeHelper(), ['look', root], { stdio: ['pipe', 'pipe', 'pipe'] })
    const { stdin, stdout, stderr } = this.#child as ChildProcess & {
      stdin: Writable
      stdout: Readable
      stderr: Readable
    }
    let words = ''
    stderr.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString('utf8')).slice(-2000)
    })
    stdin.on('error', () => {}) // its end says why
    stdout.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#child.on('error', (cause) => this.#fail(cause.message, cause))
    this.#child.on('close', () => this.#fail(words.trim() || 'it ended early'))
  }

  /** The entries of a folder, in no order; null when it is none. Many may be asked for at once. */
  list(path: string): Promise<readonly Entry[] | null> {
    if (this.#failure) return Promise.reject(this.#failure)
    const name = Buffer.from(path)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(name.length)
    const answered = new Promise<readonly Entry[] | null>((resolve, reject) => {
      this.#waiting.push({ path, resolve, reject })
    })
    ;(this.#child.stdin as Writable).write(Buffer.concat([length, name]))
    return answered
  }

  /** Ends it; what was asked for and not answered is never answered. */
  close(): void {
    this.#waiting.length = 0
    this.#child.kill('SIGKILL')
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size < HEAD_BYTES) return
    let all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    for (let next = frameBytes(all); next !== null && all.length >= next; next = frameBytes(all)) {
      this.#answer(all.subarray(0, next))
      all = all.subarray(next)
    }
    this.#chunks = all.length === 0 ? [] : [all]
    this.#size = all.length
  }

  #answer(frame: Buffer): void {
    const asked = this.#waiting.shift()
    const code = frame.readUInt32LE(0)
    if (code === 0) asked?.resolve(entriesOf(frame))
    else if (GONE.includes(code)) asked?.resolve(null)
    else asked?.reject(new EngineError('invalid', `cannot read the folder ${asked.path}: error ${code}`))
  }

  #fail(why: string, cause?: unknown): void {
    this.#failure ??= new EngineError('unavailable', `cannot look at files: the engine's helper: ${why}`, {
      cause,
    })
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure)
  }
}

/** How long the frame at the beginning is; null as long as its head is not there. */
function frameBytes(bytes: Buffer): number | null {
  if (bytes.length < HEAD_BYTES) return null
  return HEAD_BYTES + bytes.readUInt32LE(4) * FIELDS * 8 + bytes.readUInt32LE(8)
}

function entriesOf(frame: Buffer): readonly Entry[] {
  const count = frame.readUInt32LE(4)
  const end = HEAD_BYTES + count * FIELDS * 8
  // A copy, because doubles must lie at multiples of eight.
  const fields = new Float64Array(new Uint8Array(frame.subarray(HEAD_BYTES, end)).buffer)
  const names = frame.toString('utf8', end).split('\0')
  return Array.from({ length: count }, (_, index) => ({
    name: names[index] as string,
    look: lookAt(fields, index * FIELDS),
  }))
}

function lookAt(fields: Float64Array, at: number): Look {
  const field = (offset: number) => fields[at + offset] as number
  return {
    mode: field(0),
    uid: field(1),
    gid: field(2),
    rdev: field(3),
    dev: field(4),
    ino: field(5),
    size: field(6),
    mtimeMs: field(7),
    ctimeMs: field(8),
  }
}
