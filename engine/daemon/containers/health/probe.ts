/** One run of a health check: a further process in the container, killed when its time is over. */
import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { ExecProcess } from '../../../runtime/runtime.ts'
import { nowNano, rfc3339 } from '../../clock.ts'
import type { Container } from '../container.ts'
import { processSettings } from '../execs.ts'
import type { Parts } from '../parts.ts'
import type { HealthCheck, ProbeResult } from './health.ts'

/** As much of the output as Docker keeps, in bytes. */
const OUTPUT_LIMIT = 4096
const HEADER = 8

/** Runs the check once. Never throws: what goes wrong is a result, with Docker's code -1. */
export async function probe(
  parts: Pick<Parts, 'runtime' | 'store' | 'journal'>,
  container: Container,
  check: HealthCheck,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const execId = randomBytes(32).toString('hex')
  const start = rfc3339(nowNano())
  const emit = (action: string, more: Readonly<Record<string, string>> = {}) =>
    parts.journal.emit('container', action, container.id, container.attributes({ execID: execId, ...more }))
  const result = (ExitCode: number, Output: string): ProbeResult => ({
    Start: start,
    End: rfc3339(nowNano()),
    ExitCode,
    Output,
  })
  const command = check.args.join(' ')
  try {
    emit(`exec_create: ${command}`)
    const rootfs = await parts.store.mountRootfs(container.id, container.definition.diffIds)
    emit(`exec_start: ${command}`)
    const settings = processSettings(container, { request: {}, args: check.args }, null)
    const options = { stdin: false, attach: true, rootfs: rootfs.path }
    const process = await parts.runtime.exec(container.id, execId, settings, options)
    const output = new ProbeOutput(process.attachment?.output)
    const code = await within(process, check.timeoutMs, signal)
    if (code !== null) {
      await output.ended
      emit('exec_die', { exitCode: String(code) })
      return result(code, output.text())
    }
    emit('exec_die', { exitCode: '137' })
    return result(-1, `Health check exceeded timeout (${duration(check.timeoutMs)})`)
  } catch (error) {
    return result(-1, error instanceof Error ? error.message : String(error))
  }
}

/** The exit code, or null when the process was killed because its time was over or nobody waits any longer. */
async function within(process: ExecProcess, timeoutMs: number, signal: AbortSignal): Promise<number | null> {
  let over = false
  const stop = () => {
    over = true
    process.kill()
    // A child of it may hold its output open for ever.
    process.attachment?.detach()
  }
  const timer = setTimeout(stop, timeoutMs)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const code = await process.exit
    return over ? null : code
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

/** The text of a stream of 8-byte frames, cut at the limit. */
export class ProbeOutput {
  readonly ended: Promise<void>
  readonly #parts: Buffer[] = []
  #kept = 0
  #cut = false
  #rest: Buffer = Buffer.alloc(0)

  constructor(frames: Readable | undefined) {
    frames?.on('data', (chunk: Buffer) => this.#take(chunk))
    frames?.on('error', () => undefined) // `close` follows
    this.ended = frames ? new Promise((resolve) => frames.once('close', resolve)) : Promise.resolve()
  }

  /** What was written to both streams, as it came. */
  text(): string {
    return Buffer.concat(this.#parts).toString('utf8') + (this.#cut ? '...' : '')
  }

  #take(chunk: Buffer): void {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    while (bytes.length >= HEADER) {
      const size = bytes.readUInt32BE(4)
      if (bytes.length < HEADER + size) break
      this.#keep(bytes.subarray(HEADER, HEADER + size))
      bytes = bytes.subarray(HEADER + size)
    }
    this.#rest = Buffer.from(bytes)
  }

  #keep(text: Buffer): void {
    const part = text.subarray(0, OUTPUT_LIMIT - this.#kept)
    if (part.length < text.length) this.#cut = true
    if (part.length > 0) this.#parts.push(Buffer.from(part))
    this.#kept += part.length
  }
}

/** Milliseconds as Go prints a duration. */
function duration(ms: number): string {
  if (ms < 1000) return `${ms}ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  const rest = `${minutes % 60}m${seconds % 60}s`
  return minutes < 60 ? rest : `${Math.floor(minutes / 60)}h${rest}`
}
