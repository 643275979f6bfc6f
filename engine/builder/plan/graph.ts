/** The steps of a plan while it is made. What two instructions need alike is one step. */
import type { ContextOperation, Operation, Step, StepId } from './step.ts'

/** A step without its id. */
export type NewStep = Omit<Step, 'id'>

export class PlanGraph {
  readonly #steps: Step[] = []
  readonly #shared = new Map<string, StepId>()
  readonly #wanted = new Map<StepId, Set<string> | null>()

  add(step: NewStep): StepId {
    const id = `s${this.#steps.length}`
    this.#steps.push({ ...step, id })
    return id
  }

  /** The step of this key, made when it is asked for first. */
  share(key: string, make: () => NewStep): StepId {
    const known = this.#shared.get(key)
    if (known !== undefined) return known
    const id = this.add(make())
    this.#shared.set(key, id)
    return id
  }

  /** Notes that a step reads this path (or pattern) of a context; '.' is all of it. */
  want(context: StepId, path: string): void {
    const before = this.#wanted.get(context)
    if (before === null) return
    if (path === '.' || path === '') this.#wanted.set(context, null)
    else this.#wanted.set(context, (before ?? new Set()).add(path))
  }

  /** The steps that `last` needs, numbered anew, and what the ids are now. */
  finish(last: StepId | null): {
    readonly steps: readonly Step[]
    readonly ids: ReadonlyMap<StepId, StepId>
  } {
    const needed = new Set<StepId>()
    const visit = (id: StepId): void => {
      if (needed.has(id)) return
      needed.add(id)
      for (const input of this.#step(id).inputs) visit(input)
    }
    if (last !== null) visit(last)
    const kept = this.#steps.filter((step) => needed.has(step.id))
    const ids = new Map(kept.map((step, index) => [step.id, `s${index}`]))
    const renamed = (id: StepId) => ids.get(id) as StepId
    const steps = kept.map((step) => ({
      ...step,
      id: renamed(step.id),
      inputs: step.inputs.map(renamed),
      operation: this.#narrowed(step),
    }))
    return { steps, ids }
  }

  #step(id: StepId): Step {
    return this.#steps[Number(id.slice(1))] as Step
  }

  /** A context is asked for what all steps want of it together. */
  #narrowed({ id, operation }: Step): Operation {
    if (operation.kind !== 'context') return operation
    const wanted = this.#wanted.get(id)
    return { ...operation, wanted: wanted ? [...wanted].sort() : null } satisfies ContextOperation
  }
}
