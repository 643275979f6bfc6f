/** What a build comes to, event by event. Pure but for the values that it gathers. */
import type { BuildStepDetail, BuildSummary } from '../../api/longshore/builds.ts'
import type { Problem } from '../../builder/parse/tree.ts'
import type { BuildEvent, BuildFailure, BuildResult, StepView } from '../../builder/solve/progress.ts'

/** The first line of a log: what was asked for, as history shows it. */
export interface BuildHead {
  readonly kind: 'head'
  readonly id: string
  readonly title: string
  readonly startedAt: number
  readonly target: string | null
  readonly platform: string | null
  readonly args: Readonly<Record<string, string>>
}

export type LogLine = BuildHead | BuildEvent

/** One build as far as its events say. */
export class BuildFold {
  readonly head: BuildHead
  readonly problems: Problem[] = []
  dockerfile: { readonly path: string; readonly text: string } | null = null
  result: BuildResult | null = null
  failure: BuildFailure | null = null
  #last = 0
  readonly #steps = new Map<string, BuildStepDetail>()

  constructor(head: BuildHead) {
    this.head = head
    this.#last = head.startedAt
  }

  add(line: LogLine): void {
    switch (line.kind) {
      case 'head':
        return
      case 'dockerfile':
        this.dockerfile = { path: line.path, text: line.text }
        break
      case 'steps':
        for (const step of line.steps) this.#view(step)
        break
      case 'step': {
        const { now, reason, layerBytes } = line
        const before = this.#steps.get(line.id)
        const view = before ?? { id: line.id, name: line.id, inputs: [], origin: null }
        this.#steps.set(line.id, { ...view, now, reason: reason ?? before?.reason ?? null, layerBytes })
        break
      }
      case 'warning':
        this.problems.push(line.problem)
        break
      case 'result':
        this.result = line.result
        break
      case 'failed':
        this.failure = line.failure
        break
      case 'log':
      case 'status':
        break
    }
    this.#last = line.at
  }

  get steps(): readonly BuildStepDetail[] {
    return [...this.#steps.values()]
  }

  /** A build that has no end was killed with its engine, unless it `runs`. */
  summary(runs: boolean): BuildSummary {
    const { id, title, startedAt, target, platform } = this.head
    const ended = this.result !== null || this.failure !== null
    const steps = this.steps
    const count = (...states: string[]) => steps.filter(({ now }) => states.includes(now.state)).length
    return {
      ...{ id, title, startedAt, target, platform },
      state: this.result ? 'done' : (this.failure?.kind ?? (runs ? 'running' : 'failed')),
      completedAt: ended || !runs ? this.#last : null,
      names: this.result?.names ?? [],
      imageId: this.result?.imageId ?? null,
      steps: { total: steps.length, cached: count('cached'), completed: count('cached', 'done') },
      error: this.failure?.message ?? (ended || runs ? null : 'the engine was stopped in the middle of it'),
      warnings: this.problems.length,
    }
  }

  #view(step: StepView): void {
    const before = this.#steps.get(step.id)
    const fresh = { now: { state: 'waiting' as const }, reason: null, layerBytes: null }
    this.#steps.set(step.id, { ...fresh, ...before, ...step })
  }
}
