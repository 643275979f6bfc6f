/** A build under way, put together from what its engine tells. Views are made of it; nothing here knows of terminals. */
import type {
  BuildFailed,
  BuildOutcome,
  BuildProblem,
  BuildProgress,
  BuildStep,
  StepNow,
  StepReason,
} from '../../../../engine/api/longshore/build-events.ts'

/** A part of a step. */
export interface StatusLine {
  readonly name: string
  readonly current: number
  readonly total: number
  readonly startedAt: number
  readonly completedAt: number | null
  readonly at: number
}

/** A whole line that a step wrote. */
export interface LogLine {
  readonly at: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** One step with all that is known of it. */
export interface StepProgress {
  readonly step: BuildStep
  readonly now: StepNow
  readonly reason: StepReason | null
  readonly statuses: ReadonlyMap<string, StatusLine>
  readonly log: readonly LogLine[]
  readonly layerBytes: number | null
}

/** The Dockerfile of a build. */
export interface SourceText {
  readonly path: string
  readonly text: string
}

/** The end of a build. */
export type BuildEnd =
  | { readonly kind: 'result'; readonly result: BuildOutcome }
  | { readonly kind: 'failed'; readonly failure: BuildFailed }

interface Kept {
  step: BuildStep
  now: StepNow
  reason: StepReason | null
  readonly statuses: Map<string, StatusLine>
  readonly log: LogLine[]
  layerBytes: number | null
  readonly rest: { stdout: string; stderr: string }
}

/** As many lines of a step's log are kept for when it fails; the engine has all of them. */
const KEPT_LINES = 200

/** Feeds on events in their order. */
export class BuildModel {
  readonly #steps = new Map<string, Kept>()
  readonly #warnings: BuildProblem[] = []
  #source: SourceText | null = null
  #end: BuildEnd | null = null

  /** In the order in which they became known. */
  get steps(): readonly StepProgress[] {
    return [...this.#steps.values()]
  }

  get warnings(): readonly BuildProblem[] {
    return this.#warnings
  }

  /** The Dockerfile, once it was read. */
  get source(): SourceText | null {
    return this.#source
  }

  get end(): BuildEnd | null {
    return this.#end
  }

  step(id: string): StepProgress | undefined {
    return this.#steps.get(id)
  }

  /** Takes an event; gives the whole lines of log that it completed. */
  add(event: BuildProgress): readonly LogLine[] {
    switch (event.kind) {
      case 'steps':
        for (const step of event.steps) this.#of(step.id).step = step
        return []
      case 'step': {
        const kept = this.#of(event.id)
        kept.now = event.now
        kept.reason = event.reason ?? kept.reason
        kept.layerBytes = event.layerBytes ?? kept.layerBytes
        const over = event.now.state !== 'running' && event.now.state !== 'waiting'
        return over ? this.#flush(kept, event.at) : []
      }
      case 'log': {
        const kept = this.#of(event.id)
        const text = kept.rest[event.stream] + event.text
        const lines = text.split('\n')
        kept.rest[event.stream] = lines.pop() ?? ''
        return keep(
          kept,
          lines.map((line) => ({ at: event.at, stream: event.stream, text: shown(line) })),
        )
      }
      case 'status':
        this.#of(event.id).statuses.set(event.name, event)
        return []
      case 'dockerfile':
        this.#source = { path: event.path, text: event.text }
        return []
      case 'warning':
        this.#warnings.push(event.problem)
        return []
      case 'result':
        this.#end = { kind: 'result', result: event.result }
        return []
      case 'failed':
        this.#end = { kind: 'failed', failure: event.failure }
        return []
    }
  }

  #of(id: string): Kept {
    const known = this.#steps.get(id)
    if (known) return known
    const made: Kept = {
      step: { id, name: id, inputs: [], origin: null },
      now: { state: 'waiting' },
      reason: null,
      statuses: new Map(),
      log: [],
      layerBytes: null,
      rest: { stdout: '', stderr: '' },
    }
    this.#steps.set(id, made)
    return made
  }

  #flush(kept: Kept, at: number): readonly LogLine[] {
    const streams = (['stdout', 'stderr'] as const).filter((stream) => kept.rest[stream] !== '')
    const lines = streams.map((stream) => ({ at, stream, text: shown(kept.rest[stream]) }))
    for (const stream of streams) kept.rest[stream] = ''
    return keep(kept, lines)
  }
}

function keep(kept: Kept, lines: readonly LogLine[]): readonly LogLine[] {
  kept.log.push(...lines)
  if (kept.log.length > 2 * KEPT_LINES) kept.log.splice(0, kept.log.length - KEPT_LINES)
  return lines
}

/** What a terminal would show of a line in the end: after its last return. */
function shown(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  return text.slice(text.lastIndexOf('\r') + 1)
}
