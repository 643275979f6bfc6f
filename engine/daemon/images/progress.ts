/** Progress of layers as docker's CLI reads it: a line when something changed, bytes exact, not more often than eyes can see. */
import type { ProgressMessage } from '../../api/image.ts'
import { assertNever } from '../../errors.ts'
import type { LayerProgress } from '../../store/store.ts'

/** Milliseconds between two lines of byte counts of one layer. */
const INTERVAL = 100
const BAR = 50

/** Takes one line. */
export type Report = (message: ProgressMessage) => void

/** Turns one layer's progress into lines; the last count of each phase is always told. */
export class LayerReporter {
  readonly #id: string
  readonly #report: Report
  #shownAt = 0
  #told = ''
  #pending: { readonly status: string; readonly current: number; readonly total: number } | null = null

  /** `id` is the layer's short digest. */
  constructor(id: string, report: Report) {
    this.#id = id
    this.#report = report
  }

  status(status: string): void {
    this.#flush()
    this.#report({ status, progressDetail: {}, id: this.#id })
  }

  progress(progress: LayerProgress): void {
    switch (progress.phase) {
      case 'waiting':
        this.status('Waiting')
        break
      case 'exists':
        this.status('Already exists')
        break
      case 'downloading':
        this.bytes('Downloading', progress.current, progress.total)
        break
      case 'downloaded':
        this.status('Verifying Checksum')
        this.status('Download complete')
        break
      case 'extracting':
        this.bytes('Extracting', progress.current, progress.total)
        break
      case 'done':
        this.#flush() // the pull says `Pull complete`, for a shared layer too
        break
      case 'retrying':
        this.status(`Retrying in ${progress.seconds} second${progress.seconds === 1 ? '' : 's'}`)
        break
      default:
        assertNever(progress)
    }
  }

  /** A count of bytes, told when there is something new to see. */
  bytes(status: string, current: number, total: number): void {
    this.#pending = { status, current, total }
    if (current >= total || Date.now() - this.#shownAt >= INTERVAL) this.#flush()
  }

  #flush(): void {
    if (this.#pending === null) return
    const { status, current, total } = this.#pending
    this.#pending = null
    const told = `${status} ${current}`
    if (told === this.#told) return
    this.#told = told
    this.#shownAt = Date.now()
    this.#report({ status, progressDetail: { current, total }, progress: bar(current, total), id: this.#id })
  }
}

/** `[=====>    ]  1.2MB/3.4MB`, as docker draws it on a wide terminal. */
export function bar(current: number, total: number): string {
  if (total <= 0) return humanSize(current).padStart(8)
  const filled = Math.min(BAR, Math.floor((current / total) * BAR))
  const line = filled >= BAR ? '='.repeat(BAR) : `${'='.repeat(filled)}>`
  return `[${`${line}${filled >= BAR ? '>' : ''}`.padEnd(BAR)}]  ${humanSize(current).padStart(6)}/${humanSize(total)}`
}

/** Four significant digits, decimal units. */
export function humanSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${Number(value.toPrecision(4))}${units[unit]}`
}
