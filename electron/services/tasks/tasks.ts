/** Tasks: long work with progress, that outlives the page which began it and can be cancelled. */
import { randomUUID } from 'node:crypto'
import { isEngineError } from '../../../engine/errors.ts'
import type { Failure } from '../../contract/failures.ts'
import type { TaskView } from '../../contract/tasks.ts'
import { ServiceError } from '../failure.ts'
import { Subject } from '../live/subject.ts'

/** Ended tasks that are kept for the task centre. */
const KEPT = 100
/** At most ten messages a second. */
const INTERVAL_MS = 100

export interface TaskSpec {
  readonly engine: string
  readonly title: string
  readonly command: string
  readonly detail: TaskView['detail']
}

/** What the work may tell of itself. */
export interface TaskHandle {
  readonly signal: AbortSignal
  /** Replaces the detail and the figures. */
  progress(detail: TaskView['detail'], figures: TaskFigures): void
}

export interface TaskFigures {
  readonly fraction: number | null
  readonly bytesPerSecond: number | null
  readonly secondsLeft: number | null
}

interface Task {
  view: TaskView
  readonly abort: AbortController
}

export class Tasks {
  readonly #tasks = new Map<string, Task>()
  readonly #views = new Subject<readonly TaskView[]>([])

  watch(signal: AbortSignal | undefined): AsyncGenerator<readonly TaskView[], void, undefined> {
    return this.#views.watch(signal, INTERVAL_MS)
  }

  /** Starts `work`, which resolves to the words of its result. `done` rejects as the work does. */
  start(
    spec: TaskSpec,
    work: (handle: TaskHandle) => Promise<string>,
  ): { readonly id: string; readonly done: Promise<void> } {
    const id = randomUUID()
    const abort = new AbortController()
    const state = { kind: 'running', fraction: null, bytesPerSecond: null, secondsLeft: null } as const
    const task: Task = { abort, view: { id, ...spec, startedAt: new Date().toISOString(), state } }
    this.#tasks.set(id, task)
    this.#publish()
    const handle: TaskHandle = {
      signal: abort.signal,
      progress: (detail, figures) => {
        if (task.view.state.kind !== 'running') return
        task.view = { ...task.view, detail, state: { kind: 'running', ...figures } }
        this.#publish()
      },
    }
    const done = work(handle).then(
      (result) => this.#end(task, { kind: 'done', endedAt: new Date().toISOString(), result }),
      (error: unknown) => {
        const endedAt = new Date().toISOString()
        if (abort.signal.aborted) this.#end(task, { kind: 'cancelled', endedAt })
        else this.#end(task, { kind: 'failed', endedAt, failure: failureOf(error) })
        throw error
      },
    )
    done.catch(() => {}) // the task tells it; who waits for `done` hears it too
    return { id, done }
  }

  cancel(id: string): void {
    this.#get(id).abort.abort()
  }

  /** Takes an ended task off the list. Throws `conflict` while it runs. */
  dismiss(id: string): void {
    if (this.#get(id).view.state.kind === 'running') {
      throw new ServiceError('conflict', 'The task still runs.', { remedy: 'Cancel it first.' })
    }
    this.#tasks.delete(id)
    this.#publish()
  }

  close(): void {
    for (const task of this.#tasks.values()) task.abort.abort()
  }

  #get(id: string): Task {
    const task = this.#tasks.get(id)
    if (!task) throw new ServiceError('not-found', 'That task is not known any more.')
    return task
  }

  #end(task: Task, state: TaskView['state']): void {
    task.view = { ...task.view, state }
    const ended = [...this.#tasks.values()].filter((other) => other.view.state.kind !== 'running')
    for (const old of ended.slice(0, Math.max(0, ended.length - KEPT))) this.#tasks.delete(old.view.id)
    this.#publish()
  }

  #publish(): void {
    this.#views.set([...this.#tasks.values()].map((task) => task.view))
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), cause: null, remedy: null }
  const cause =
    error.cause instanceof Error && error.cause.message !== error.message ? error.cause.message : null
  return {
    message: isEngineError(error)
      ? error.message
      : 'Longshore failed to do this because of a defect of its own.',
    cause: isEngineError(error) ? cause : (error.stack ?? error.message),
    remedy: error instanceof ServiceError ? error.remedy : null,
  }
}
