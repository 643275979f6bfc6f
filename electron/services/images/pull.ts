/** A pull's progress, layer by layer, from the engine's lines. */
import type { PullProgress } from '../../../engine/client/shapes.ts'
import type { LayerView, TaskView } from '../../contract/tasks.ts'
import type { TaskFigures } from '../tasks/tasks.ts'

const PHASES: readonly (readonly [RegExp, LayerView['phase']])[] = [
  [/^Already exists/, 'exists'],
  [/^Pulling fs layer|^Waiting/, 'waiting'],
  [/^Downloading/, 'downloading'],
  [/^Retrying/, 'retrying'],
  [/^Verifying|^Download complete/, 'downloaded'],
  [/^Extracting/, 'extracting'],
  [/^Pull complete/, 'done'],
]

/** Speed is measured over this long. */
const WINDOW_MS = 3000

interface Layer {
  phase: LayerView['phase']
  current: number
  total: number
  /** Bytes that came over the wire so far. */
  received: number
}

export class PullTracker {
  readonly #reference: string
  readonly #now: () => number
  readonly #layers = new Map<string, Layer>()
  #samples: { readonly at: number; readonly bytes: number }[] = []
  #result = ''

  /** `now` gives milliseconds. */
  constructor(reference: string, now: () => number = Date.now) {
    this.#reference = reference
    this.#now = now
  }

  /** Takes one line. */
  take(line: PullProgress): void {
    const status = line.status ?? ''
    const phase = PHASES.find(([pattern]) => pattern.test(status))?.[1]
    if (line.id === undefined || phase === undefined) {
      if (status.startsWith('Status: ')) this.#result = status.slice('Status: '.length)
      return
    }
    const layer = this.#layers.get(line.id) ?? { phase, current: 0, total: 0, received: 0 }
    layer.phase = phase
    const { current = 0, total = 0 } = line.progressDetail ?? {}
    if (phase === 'downloading' || phase === 'extracting') {
      layer.current = current
      if (total > 0) layer.total = total
    }
    if (phase === 'downloading') layer.received = current
    if (phase === 'downloaded' || phase === 'done') {
      layer.current = layer.total
      layer.received = layer.total
    }
    this.#layers.set(line.id, layer)
    const at = this.#now()
    this.#samples.push({ at, bytes: this.#received() })
    while ((this.#samples[0]?.at ?? at) < at - WINDOW_MS) this.#samples.shift()
  }

  /** What the task shows. */
  get detail(): TaskView['detail'] {
    const layers = [...this.#layers].map(([id, { phase, current, total }]) => ({ id, phase, current, total }))
    return { kind: 'pull', reference: this.#reference, layers }
  }

  get figures(): TaskFigures {
    const fetched = [...this.#layers.values()].filter((layer) => layer.phase !== 'exists')
    const total = fetched.reduce((sum, layer) => sum + layer.total, 0)
    // Until every layer has said its size, a fraction would run backwards.
    const known = fetched.every(
      (layer) => layer.total > 0 || layer.phase === 'done' || layer.phase === 'downloaded',
    )
    const bytesPerSecond = this.#speed()
    const left = total - this.#received()
    return {
      fraction: known && total > 0 ? this.#received() / total : null,
      bytesPerSecond,
      secondsLeft: known && bytesPerSecond ? Math.ceil(left / bytesPerSecond) : null,
    }
  }

  /** The engine's last word, such as "Downloaded newer image for ...". */
  get result(): string {
    return this.#result || `Pulled ${this.#reference}`
  }

  #received(): number {
    let bytes = 0
    for (const layer of this.#layers.values()) bytes += layer.received
    return bytes
  }

  #speed(): number | null {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last || last.at - first.at < 250) return null
    return Math.max(0, ((last.bytes - first.bytes) * 1000) / (last.at - first.at))
  }
}
