/** One terminal: the connection to a process, its screen, and any number of pages that look at it. */
import type { Duplex } from 'node:stream'
import type { TerminalMessage, TerminalView } from '../../contract/terminals.ts'
import { ServiceError } from '../failure.ts'
import { Screen } from './screen.ts'
import { Viewer } from './viewer.ts'

/** What the session needs of the process behind it. */
export interface Process {
  readonly stream: Duplex
  resize(rows: number, cols: number): Promise<void>
  /** After the stream has closed: how it ended, or a new connection to the same process. */
  ended(): Promise<{ readonly exitCode: number | null; readonly reason: string | null } | Process>
  /** Ends the process when its terminal is closed, where that is wanted and possible. */
  hangUp?(): Promise<void>
}

/** Output is read no further while a page, or the screen, has this much before it. */
const AHEAD_BYTES = 256 * 1024
/** A page that takes nothing for so long gets a snapshot later instead of holding all others back. */
const PATIENCE_MS = 5000

type Fixed = Omit<TerminalView, 'rows' | 'cols' | 'state'>

export class Session {
  readonly #fixed: Fixed
  readonly #screen: Screen
  readonly #viewers = new Set<Viewer>()
  readonly #onChange: () => void
  #process: Process
  #state: TerminalView['state'] = { kind: 'live' }
  /** Writes one after the other, so that a paste stays whole. */
  #writing: Promise<void> = Promise.resolve()
  /** Bytes that the screen has not taken yet. */
  #parsing = 0
  #patience: NodeJS.Timeout | null = null
  #closed = false

  constructor(
    fixed: Fixed,
    size: { readonly rows: number; readonly cols: number },
    process: Process,
    onChange: () => void,
  ) {
    this.#fixed = fixed
    this.#screen = new Screen(size.rows, size.cols)
    this.#process = process
    this.#onChange = onChange
    this.#listen()
  }

  get view(): TerminalView {
    return { ...this.#fixed, rows: this.#screen.rows, cols: this.#screen.cols, state: this.#state }
  }

  /** A snapshot, then output as it comes. */
  async *attach(signal: AbortSignal | undefined): AsyncGenerator<TerminalMessage, void, undefined> {
    const viewer = new Viewer(() => this.#balance())
    await this.#settled()
    viewer.push(this.#snapshot())
    if (this.#state.kind === 'ended') viewer.push(endOf(this.#state))
    this.#viewers.add(viewer)
    try {
      yield* viewer.read(signal)
    } finally {
      this.#viewers.delete(viewer)
      this.#balance()
    }
  }

  /** Resolves when the engine has taken `data`. Throws `conflict` when the process has ended. */
  write(data: string): Promise<void> {
    const written = this.#writing.then(() => this.#writeNow(data))
    this.#writing = written.catch(() => {})
    return written
  }

  async resize(rows: number, cols: number): Promise<void> {
    if (rows === this.#screen.rows && cols === this.#screen.cols) return
    await this.#settled()
    this.#screen.resize(rows, cols)
    this.#onChange()
    if (this.#state.kind === 'live') await this.#process.resize(rows, cols)
  }

  /** Ends the session: its process too, unless it is the container's own. */
  close(): void {
    this.#closed = true
    // The container may have gone, or have no shell: then nobody is left to tell.
    if (this.#state.kind === 'live') this.#process.hangUp?.().catch(() => {})
    this.#process.stream.destroy()
    this.#end({ exitCode: null, reason: 'closed' })
    this.#screen.dispose()
  }

  #listen(): void {
    const { stream } = this.#process
    stream.on('data', (bytes: Buffer) => {
      // A copy: Node's buffers share a pool, and this one travels on.
      const data = Uint8Array.from(bytes)
      this.#parsing += data.byteLength
      this.#screen.write(data, () => {
        this.#parsing -= data.byteLength
        for (const viewer of this.#viewers) viewer.push({ type: 'data', data })
        this.#balance()
      })
      this.#balance()
    })
    stream.on('error', () => {}) // 'close' follows and tells how it ended
    stream.once('end', () => stream.end())
    stream.once('close', () => void this.#ended())
  }

  async #ended(): Promise<void> {
    if (this.#closed) return
    let outcome: Awaited<ReturnType<Process['ended']>>
    try {
      outcome = await this.#process.ended()
    } catch (error) {
      outcome = { exitCode: null, reason: error instanceof Error ? error.message : String(error) }
    }
    if (this.#closed) return
    if ('stream' in outcome) {
      this.#process = outcome
      this.#listen()
      await outcome.resize(this.#screen.rows, this.#screen.cols).catch(() => {})
      return
    }
    await this.#settled()
    this.#end(outcome)
  }

  #end(how: { readonly exitCode: number | null; readonly reason: string | null }): void {
    if (this.#state.kind === 'ended') return
    this.#state = { kind: 'ended', ...how }
    for (const viewer of this.#viewers) viewer.push(endOf(this.#state))
    this.#onChange()
  }

  async #writeNow(data: string): Promise<void> {
    const { stream } = this.#process
    if (this.#state.kind === 'ended' || !stream.writable) {
      throw new ServiceError('conflict', 'The process of this terminal has ended.', {
        remedy: 'Open a new terminal.',
      })
    }
    await new Promise<void>((resolve, reject) => {
      stream.write(data, (error) => {
        if (error)
          reject(new ServiceError('unavailable', 'The terminal lost its connection.', { cause: error }))
        else resolve()
      })
    })
  }

  /** Reads on only while everyone keeps up. */
  #balance(): void {
    const { stream } = this.#process
    const behind = [...this.#viewers].filter((viewer) => viewer.waiting > AHEAD_BYTES)
    if (behind.length > 0 && !this.#patience) {
      this.#patience = setTimeout(() => this.#loseLaggards(), PATIENCE_MS).unref()
    }
    if (behind.length === 0 && this.#patience) {
      clearTimeout(this.#patience)
      this.#patience = null
    }
    if (behind.length > 0 || this.#parsing > AHEAD_BYTES) stream.pause()
    else if (stream.isPaused()) stream.resume()
  }

  /** Whoever is still behind gets a snapshot in place of all that waits. */
  #loseLaggards(): void {
    this.#patience = null
    for (const viewer of this.#viewers) {
      if (viewer.waiting <= AHEAD_BYTES) continue
      viewer.clear()
      viewer.push(this.#snapshot())
    }
    this.#balance()
  }

  #snapshot(): TerminalMessage {
    return {
      type: 'snapshot',
      data: this.#screen.serialize(),
      rows: this.#screen.rows,
      cols: this.#screen.cols,
    }
  }

  /** Resolves when the screen shows all that has come so far. */
  #settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#screen.write('', resolve)
    })
  }
}

function endOf(state: Extract<TerminalView['state'], { kind: 'ended' }>): TerminalMessage {
  return { type: 'ended', exitCode: state.exitCode, reason: state.reason }
}
