/** What can be said of a plan before anything is done: keys, and which results of before still hold. */
import type { BuildPlan, Step, StepId } from '../plan/step.ts'
import type { Cache, CacheRecord } from './cache.ts'
import { chainOf, definitionKey } from './keys.ts'

/** How an input turned out, as far as it did. */
export interface Known {
  /** Stands for `definitionKey` from now on. */
  readonly definition: string | null
  /** `chainOf` its layers; null for a folder. */
  readonly chain: string | null
}

/** One plan beside the cache. */
export class Graph {
  readonly #steps: ReadonlyMap<StepId, Step>
  readonly #cache: Cache
  readonly #surroundings: readonly string[]
  readonly #known = new Map<StepId, Known>()
  readonly #definitions = new Map<StepId, string | null>()
  readonly #fresh = new Map<StepId, boolean>()

  constructor(plan: BuildPlan, cache: Cache, surroundings: readonly string[]) {
    this.#steps = new Map(plan.steps.map((step) => [step.id, step]))
    this.#cache = cache
    this.#surroundings = surroundings
  }

  /** Throws a plain error for an id that the plan has not. */
  step(id: StepId): Step {
    const step = this.#steps.get(id)
    if (!step) throw new Error(`the plan has no step ${id}`)
    return step
  }

  /** It is done; what stands on it can be looked up by this. */
  learn(id: StepId, known: Known): void {
    this.#known.set(id, known)
    this.#definitions.clear()
  }

  /** The step's definition key, as far as it can be known now. */
  definition(id: StepId): string | null {
    const known = this.#known.get(id)
    if (known) return known.definition
    const made = this.#definitions.get(id)
    if (made !== undefined) return made
    const { operation, inputs } = this.step(id)
    const key = definitionKey(
      operation,
      inputs.map((input) => this.definition(input)),
      this.#surroundings,
    )
    this.#definitions.set(id, key)
    return key
  }

  /** Whether it, or something that it is made of and that is not done yet, is to run in any case. */
  fresh(id: StepId): boolean {
    const before = this.#fresh.get(id)
    if (before !== undefined) return before
    const { fresh, inputs } = this.step(id)
    const any = fresh || inputs.some((input) => this.fresh(input))
    this.#fresh.set(id, any)
    return any
  }

  /**
   * The record of a step by its definition, if it was made of what its inputs are now: one of them may have been
   * built anew since, with another result.
   */
  peek(id: StepId): CacheRecord | null {
    const answer = this.#look(id, new Map())
    return answer === 'stale' ? null : answer
  }

  #look(id: StepId, seen: Map<StepId, CacheRecord | 'stale' | null>): CacheRecord | 'stale' | null {
    const before = seen.get(id)
    if (before !== undefined) return before
    const answer = this.#lookOnce(id, seen)
    seen.set(id, answer)
    return answer
  }

  #lookOnce(id: StepId, seen: Map<StepId, CacheRecord | 'stale' | null>): CacheRecord | 'stale' | null {
    const { inputs } = this.step(id)
    const key = this.definition(id)
    const record = key === null ? null : this.#cache.find(key)
    let answer: CacheRecord | 'stale' | null = record
    for (const [place, input] of inputs.entries()) {
      const expected = record?.inputs[place] ?? null
      const known = this.#known.get(input)
      if (known) {
        if (expected !== null && known.chain !== null && known.chain !== expected) answer = 'stale'
        continue
      }
      const below = this.#look(input, seen)
      if (below === 'stale') answer = 'stale'
      else if (below && expected !== null && chainOf(below.diffIds) !== expected) answer = 'stale'
    }
    return answer
  }

  /** Everything that a step is made of, inputs first, without itself. */
  below(id: StepId): readonly Step[] {
    const found = new Set<StepId>()
    const visit = (step: Step) => {
      for (const input of step.inputs) {
        if (found.has(input)) continue
        visit(this.step(input))
        found.add(input)
      }
    }
    visit(this.step(id))
    return [...found].map((each) => this.step(each))
  }
}
