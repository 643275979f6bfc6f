/** A build as its events tell it, folded into what a page shows. No time, no engine. */
import type { BuildProgress, StepNow } from '../../../engine/api/longshore/build-events.ts'
import type { BuildInput, BuildRow, BuildStep, BuildView, StepPart } from '../../contract/builds.ts'

interface Step {
  view: BuildStep
  readonly parts: Map<string, StepPart>
}

/** Folds the events of one build. `row` is the build as it stands in the history. */
export class BuildFold {
  #row: BuildRow
  readonly #arguments: Readonly<Record<string, string>>
  readonly #input: BuildInput | null
  readonly #steps = new Map<string, Step>()
  readonly #problems: BuildView['problems'][number][] = []
  #dockerfile: BuildView['dockerfile'] = null
  #failure: BuildView['failure'] = null

  constructor(row: BuildRow, args: Readonly<Record<string, string>>, input: BuildInput | null = null) {
    this.#row = row
    this.#arguments = args
    this.#input = input
  }

  take(event: BuildProgress): void {
    switch (event.kind) {
      case 'dockerfile':
        this.#dockerfile = { path: event.path, text: event.text }
        return
      case 'steps':
        for (const { id, name, inputs, origin } of event.steps) {
          const known = this.#steps.get(id)
          const place = {
            stage: origin?.stage ?? null,
            instruction: origin?.text ?? null,
            range: origin?.range ?? null,
          }
          const view = { ...(known?.view ?? WAITING), id, name, inputs, ...place }
          this.#steps.set(id, { parts: known?.parts ?? new Map(), view })
        }
        return
      case 'step':
        this.#change(event.id, (step) => ({
          ...step,
          ...timesOf(event.now, step),
          reason: event.reason ?? step.reason,
          layerBytes: event.layerBytes ?? step.layerBytes,
        }))
        this.#count()
        return
      case 'log': {
        const lines = event.text.split('\n').length - 1
        this.#change(event.id, (step) => ({ ...step, lines: step.lines + lines }))
        return
      }
      case 'status': {
        const step = this.#steps.get(event.id)
        const { name, current, total } = event
        step?.parts.set(name, { name, current, total, done: event.completedAt !== null })
        return
      }
      case 'warning':
        this.#problems.push(event.problem)
        this.#row = { ...this.#row, warnings: this.#problems.length }
        return
      case 'result': {
        const { names, imageId } = event.result
        this.#row = { ...this.#row, state: 'done', completedAt: iso(event.at), names, imageId }
        return
      }
      case 'failed': {
        const { kind, message, step, problems } = event.failure
        this.#failure = { message, step }
        for (const problem of problems) {
          if (!this.#problems.some((known) => same(known, problem))) this.#problems.push(problem)
        }
        const error = kind === 'cancelled' ? null : message
        this.#row = { ...this.#row, state: kind, completedAt: iso(event.at), error }
      }
    }
  }

  get view(): BuildView {
    return {
      row: this.#row,
      dockerfile: this.#dockerfile,
      arguments: this.#arguments,
      steps: [...this.#steps.values()].map(({ view, parts }) => ({ ...view, parts: [...parts.values()] })),
      problems: [...this.#problems],
      failure: this.#failure,
      input: this.#input,
    }
  }

  #change(id: string, change: (step: BuildStep) => BuildStep): void {
    const step = this.#steps.get(id)
    if (step) step.view = change(step.view)
  }

  #count(): void {
    const states = [...this.#steps.values()].map(({ view }) => view.state)
    const ended = (state: BuildStep['state']) => states.filter((each) => each === state).length
    const cached = ended('cached')
    this.#row = {
      ...this.#row,
      steps: { total: states.length, cached, completed: cached + ended('done') },
    }
  }
}

const WAITING: Omit<BuildStep, 'id' | 'name' | 'inputs' | 'stage' | 'instruction' | 'range'> = {
  state: 'waiting',
  startedAt: null,
  completedAt: null,
  reason: null,
  layerBytes: null,
  parts: [],
  lines: 0,
  message: null,
  exitCode: null,
}

function timesOf(
  now: StepNow,
  before: BuildStep,
): Pick<BuildStep, 'state' | 'startedAt' | 'completedAt' | 'message' | 'exitCode'> {
  const none = { message: null, exitCode: null }
  switch (now.state) {
    case 'waiting':
      return { ...none, state: now.state, startedAt: null, completedAt: null }
    case 'running':
      return { ...none, state: now.state, startedAt: now.startedAt, completedAt: null }
    case 'cached':
    case 'done':
      return { ...none, ...now }
    case 'failed':
      return now
    case 'cancelled':
      return { ...none, state: now.state, startedAt: before.startedAt, completedAt: before.completedAt }
  }
}

function same(one: BuildView['problems'][number], other: BuildView['problems'][number]): boolean {
  return one.message === other.message && one.range.start.line === other.range.start.line
}

const iso = (ms: number) => new Date(ms).toISOString()
