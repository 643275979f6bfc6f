/** What a build does beside its plan, told as steps: reading the Dockerfile, looking images up, exporting. */
import type { StepId } from './plan/step.ts'
import type { StepIo } from './solve/performer.ts'
import type { BuildEvent, StepView } from './solve/progress.ts'
import { StepEvents } from './solve/step-events.ts'

export class OwnSteps {
  readonly #emit: (event: BuildEvent) => void
  readonly #now: () => number
  readonly #views: StepView[] = []

  constructor(emit: (event: BuildEvent) => void, now: () => number) {
    this.#emit = emit
    this.#now = now
  }

  /** The steps of the plan are known: from now on they are told together. */
  join(steps: readonly StepView[]): void {
    this.#views.push(...steps)
    this.#emit({ kind: 'steps', at: this.#now(), steps: [...this.#views] })
  }

  /** Runs `work` as a step of this name; a failure is told as its own. */
  async run<T>(
    {
      id,
      name,
      inputs = [],
    }: { readonly id: string; readonly name: string; readonly inputs?: readonly StepId[] },
    signal: AbortSignal,
    work: (io: StepIo) => Promise<T>,
  ): Promise<T> {
    this.join([{ id, name, inputs, origin: null }])
    const events = new StepEvents(id, this.#emit, this.#now)
    events.running(null)
    try {
      const result = await work(events.io(signal))
      events.done(null)
      return result
    } catch (error) {
      if (signal.aborted) events.cancelled()
      else events.failed(error instanceof Error ? error.message : String(error), null)
      throw error
    }
  }
}
