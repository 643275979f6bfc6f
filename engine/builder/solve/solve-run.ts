/** One build's way through its plan. */
import { randomUUID } from 'node:crypto'
import { EngineError } from '../../errors.ts'
import type { Digest } from '../../oci/descriptor.ts'
import type { Step, StepId } from '../plan/step.ts'
import type { Cache, CacheRecord, RecordType } from './cache.ts'
import { explain } from './explain.ts'
import { factsOf } from './facts.ts'
import { Graph } from './graph.ts'
import { boundFacts, contentOf } from './input-content.ts'
import { chainOf, contentKey } from './keys.ts'
import { lazily } from './lazy-image.ts'
import { CommandFailed, type Fact, type Performed } from './performer.ts'
import type { Reason } from './progress.ts'
import type { SharedRuns } from './shared-runs.ts'
import { nameSlots } from './slots.ts'
import { type Places, type Solved, type SolveRequest, StepFailed } from './solver.ts'
import { StepEvents } from './step-events.ts'
import { InputFailed, type Made, type Outcome, SourceMoved } from './step-outcome.ts'
import type { Value } from './value.ts'

/** What builds of an engine have in common. */
export interface Common {
  readonly cache: Cache
  readonly places: Places
  readonly runs: SharedRuns<Performed>
  readonly now: () => number
}

export class SolveRun {
  readonly #request: SolveRequest
  readonly #common: Common
  readonly #graph: Graph
  readonly #abort = new AbortController()
  readonly #outcomes = new Map<StepId, Promise<Outcome>>()
  readonly #values = new Map<StepId, Value>()
  readonly #made = new Map<StepId, number>()
  readonly #events = new Map<StepId, StepEvents>()
  readonly #slots: ReadonlyMap<StepId, string>
  readonly #drains: Promise<void>[] = []
  #failure: StepFailed | null = null

  constructor(request: SolveRequest, common: Common) {
    this.#request = request
    this.#common = common
    const { plan, emit, dockerfile, surroundings } = request
    this.#graph = new Graph(plan, common.cache, surroundings)
    for (const step of plan.steps) this.#events.set(step.id, new StepEvents(step.id, emit, common.now))
    this.#slots = nameSlots(plan.steps, dockerfile)
  }

  readonly drained = async (): Promise<void> => {
    await Promise.all(this.#drains)
  }

  async solve(): Promise<Solved> {
    const { plan, signal } = this.#request
    const cancel = () => this.#abort.abort()
    if (signal.aborted) cancel()
    else signal.addEventListener('abort', cancel, { once: true })
    try {
      const { step } = plan.image
      const outcome = step === null ? null : await this.#outcome(step)
      for (const { id } of plan.steps) this.#unneeded(id)
      const value = outcome?.value ?? null
      const record = (id: StepId) => this.#graph.peek(id)
      return { value, diffIds: (id) => this.#diffIds(id), madeAt: (id) => this.#madeAt(id), record }
    } catch (error) {
      this.#abort.abort()
      await Promise.allSettled(this.#outcomes.values())
      for (const events of this.#events.values()) if (!events.ended) events.cancelled()
      if (signal.aborted) throw new EngineError('cancelled', 'the build was cancelled', { cause: error })
      throw this.#failure ?? error
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }

  #diffIds(id: StepId) {
    const value = this.#values.get(id)
    if (value) return value.kind === 'folder' ? null : value.diffIds
    const { operation } = this.#graph.step(id)
    if (operation.kind === 'image') return operation.config.rootfs.diff_ids
    return this.#graph.peek(id)?.diffIds ?? null
  }

  #madeAt(id: StepId): number | null {
    const made = this.#made.get(id) ?? this.#graph.peek(id)?.createdAt
    if (made !== undefined) return made
    const below = this.#graph.step(id).inputs.flatMap((input) => this.#madeAt(input) ?? [])
    return below.length > 0 ? Math.max(...below) : null
  }

  /** Once for each step, however many need it. */
  #outcome(id: StepId): Promise<Outcome> {
    const before = this.#outcomes.get(id)
    if (before) return before
    const step = this.#graph.step(id)
    const outcome = this.#resolve(step).then(
      (found) => {
        this.#values.set(id, found.value)
        return found
      },
      (error: unknown) => {
        this.#fail(step, error)
        throw error
      },
    )
    // Whoever began it may have failed for another reason and look no more.
    outcome.catch(() => undefined)
    this.#outcomes.set(id, outcome)
    return outcome
  }

  /** The first that fails is the build's failure, and ends the rest. */
  #fail(step: Step, error: unknown): void {
    const events = this.#told(step)
    if (this.#abort.signal.aborted || error instanceof InputFailed) {
      if (!events.ended) events.cancelled()
      return
    }
    this.#failure ??= new StepFailed(step, error)
    const message = error instanceof Error ? error.message : String(error)
    events.failed(message, error instanceof CommandFailed ? error.exitCode : null)
    this.#abort.abort()
  }

  async #resolve(step: Step): Promise<Outcome> {
    const { kind } = step.operation
    if (kind === 'image' || kind === 'context' || kind === 'git' || kind === 'http') return this.#source(step)
    const known = await this.#byDefinition(step)
    if (known) return known
    // What is made of files of this build has a definition only when it is done.
    const unknown = step.inputs.filter(
      (id) => this.#graph.definition(id) === null && !isFolder(this.#graph.step(id)),
    )
    if (unknown.length > 0) {
      await this.#inputs([...unknown, ...step.inputs.filter((id) => this.#isMissing(id))])
      const found = await this.#byDefinition(step)
      if (found) return found
    }
    return this.#byContent(step, await this.#inputs(step.inputs))
  }

  /**
   * It is known what it is, and that the cache has none: what stands on it can hardly be there, so that it need not wait
   * for the other inputs to be known.
   */
  #isMissing(id: StepId): boolean {
    const { kind } = this.#graph.step(id).operation
    if (kind === 'image' || kind === 'context' || kind === 'git' || kind === 'http') return false
    return this.#graph.definition(id) !== null && this.#graph.peek(id) === null
  }

  async #inputs(ids: readonly StepId[]): Promise<readonly Outcome[]> {
    try {
      return await Promise.all(ids.map((id) => this.#outcome(id)))
    } catch (error) {
      throw new InputFailed(error)
    }
  }

  /** Without a look at what it is made of. */
  async #byDefinition(step: Step): Promise<Outcome | null> {
    if (this.#graph.fresh(step.id)) return null
    const record = this.#graph.peek(step.id)
    if (!record || !(await this.#stillThere(record))) return null
    for (const { id } of this.#graph.below(step.id)) this.#unneeded(id)
    this.#remember(step, this.#graph.definition(step.id) ?? '', record.inputs)
    return this.#cached(step, record, 'the same step on the same inputs was built')
  }

  async #stillThere(record: CacheRecord): Promise<boolean> {
    if (await this.#request.performer.has(record.diffIds)) return true
    this.#common.cache.lose(record.id)
    return false
  }

  /** By what its inputs turned out to be; else it runs. */
  async #byContent(step: Step, inputs: readonly Outcome[], tries = 1): Promise<Outcome> {
    const { surroundings } = this.#request
    const { cache } = this.#common
    const values = inputs.map(({ value }) => value)
    const facts = await this.#look(step, values)
    const contents = await Promise.all(values.map((value, place) => contentOf(step, value, place, facts)))
    const steady = tries < MOST_TRIES
    // Of files that never rest nobody knows what was taken: nothing may be found by it.
    const content = steady ? contentKey(step.operation, contents, facts, surroundings) : randomUUID()
    const definition = (steady ? this.#graph.definition(step.id) : null) ?? content
    const chains = values.map((value) => (value.kind === 'folder' ? null : chainOf(value.diffIds)))
    const made = { step, content, definition, chains, facts, inputs, steady }
    for (;;) {
      this.#abort.signal.throwIfAborted()
      const record = step.fresh ? null : cache.find(content)
      if (record) {
        if (!(await this.#stillThere(record))) continue
        if (definition !== content) cache.alias(record.id, definition)
        this.#graph.learn(step.id, { definition, chain: chainOf(record.diffIds) })
        this.#remember(step, definition, chains, facts)
        return this.#cached(step, record, 'the same was built from the same files')
      }
      // Nothing may wait between the look above and this: another build could end the same step meanwhile.
      try {
        const outcome = await this.#run(made, values)
        if (outcome) return outcome
      } catch (error) {
        if (!(error instanceof SourceMoved)) throw error
        return this.#byContent(step, inputs, tries + 1)
      }
    }
  }

  /** What of its inputs decides the step's result, as it is now. */
  async #look(step: Step, values: readonly Value[]): Promise<readonly Fact[] | null> {
    const io = this.#told(step).io(this.#abort.signal)
    return (await this.#request.performer.contentFacts(step, values, io)) ?? (await boundFacts(step, values))
  }

  /** Null when another build that was just making it failed at it for a reason of its own. */
  async #run(made: Made, values: readonly Value[]): Promise<Outcome | null> {
    const { step, content, definition, chains, facts } = made
    const { performer } = this.#request
    const { places, runs } = this.#common
    const events = this.#told(step)
    const reason = this.#reason(made)
    const io = events.io(this.#abort.signal)
    const { done, drained, joined } = runs.run(
      this.#isOfThisBuild(step) ? `${content} ${randomUUID()}` : content,
      io,
      this.#abort.signal,
      async (shared) => {
        const giveBack = await places.take(shared.signal)
        try {
          // Who began it may have left, and others wait for it still.
          if (!events.ended) events.running(reason)
          const performed = await performer.perform(step, values, shared)
          if (made.steady && (await this.#hasMoved(made, values))) throw new SourceMoved()
          return { result: performed, kept: this.#keep(made, performed) }
        } finally {
          giveBack()
        }
      },
    )
    this.#drains.push(drained)
    if (joined) events.running({ kind: 'cached', text: 'another build is making the same just now' })
    try {
      const { value, addedBytes } = await done
      const chain = value.kind === 'folder' ? null : chainOf(value.diffIds)
      this.#graph.learn(step.id, { definition, chain })
      this.#remember(step, definition, chains, facts)
      events.done(addedBytes)
      return { value, ran: true }
    } catch (error) {
      if (!joined || this.#abort.signal.aborted || error instanceof CommandFailed) throw error
      return null
    }
  }

  /** What is to run anew; and what asks an agent, which may leave with its client while others wait for the result. */
  #isOfThisBuild({ fresh, operation }: Step): boolean {
    return fresh || (operation.kind === 'exec' && operation.mounts.some(({ type }) => type === 'ssh'))
  }

  /** A folder of the host may change between the look at it and the copy of it. */
  async #hasMoved({ step, facts }: Made, values: readonly Value[]): Promise<boolean> {
    if (!values.some(({ kind }) => kind === 'folder')) return false
    return JSON.stringify(await this.#look(step, values)) !== JSON.stringify(facts)
  }

  /** Remembers a result as soon as it is durable; one that cannot be is not remembered, and an image of it says why. */
  async #keep(
    { step, content, definition, chains, steady }: Made,
    { value, addedBytes }: Performed,
  ): Promise<void> {
    if (value.kind !== 'layers' || !steady) return
    const { cache, now } = this.#common
    const { performer } = this.#request
    const { diffIds } = value
    const createdAt = now()
    this.#made.set(step.id, createdAt)
    const keys = [...new Set([content, definition])]
    const parentKeys = step.inputs.flatMap((id) => this.#graph.definition(id) ?? [])
    const [description, type] = [step.origin?.text ?? step.name, typeOf(step)]
    const record = { keys, diffIds, inputs: chains, parentKeys, addedBytes, description, type, createdAt }
    try {
      if (performer.settled) await performer.settled(diffIds)
      cache.save(record)
    } catch {
      // It is made anew by the next build.
    }
  }

  #reason({ step, content, definition, chains, facts, inputs }: Made): Reason {
    const { cache } = this.#common
    const slot = this.#slots.get(step.id) ?? ''
    return explain({
      fresh: step.fresh,
      facts: factsOf(step, facts, chains, this.#bases(step)),
      before: cache.slot(slot),
      gone: cache.gone(content) ?? cache.gone(definition),
      ran: inputs.map(({ ran }, place) => {
        const id = step.inputs[place]
        return ran && id !== undefined ? { id, name: this.#graph.step(id).name } : null
      }),
    })
  }

  /** Images that it stands on, which say more of themselves than their layers do. */
  #bases(step: Step): readonly (string | null)[] {
    return step.inputs.map((id) => {
      const { operation } = this.#graph.step(id)
      return operation.kind === 'image' ? operation.digest : null
    })
  }

  /** For the next build of this Dockerfile. `facts` undefined when nobody looked at its files. */
  #remember(
    step: Step,
    key: string,
    chains: readonly (string | null)[],
    facts?: readonly Fact[] | null,
  ): void {
    const slot = this.#slots.get(step.id) ?? ''
    const { cache } = this.#common
    if (cache.slotKey(slot) === key || (facts === undefined && step.operation.kind === 'copy')) return
    cache.keepSlot(slot, key, factsOf(step, facts ?? null, chains, this.#bases(step)))
  }

  #cached(step: Step, record: CacheRecord, why: string): Outcome {
    this.#common.cache.touch(record.id)
    this.#made.set(step.id, record.createdAt)
    const at = new Date(record.createdAt).toISOString().slice(0, 19).replace('T', ' ')
    this.#told(step).cached({ kind: 'cached', text: `${why} at ${at}` }, record.addedBytes)
    return { value: { kind: 'layers', diffIds: record.diffIds }, ran: false }
  }

  async #source(step: Step): Promise<Outcome> {
    const { performer } = this.#request
    const events = this.#told(step)
    const io = events.io(this.#abort.signal)
    const { kind } = step.operation
    const waits = kind === 'git' || kind === 'http'
    if (kind === 'image') {
      const has = (diffIds: readonly Digest[]) => performer.has(diffIds)
      return { value: lazily(await performer.perform(step, [], io), events, has), ran: false }
    }
    const giveBack = waits ? await this.#common.places.take(this.#abort.signal) : () => undefined
    try {
      events.running({ kind: 'asked', text: 'sources are looked at in each build' })
      const { value } = await performer.perform(step, [], io)
      events.done(null)
      return { value, ran: false }
    } finally {
      giveBack()
    }
  }

  /** Tells of a step that nobody had to look at. */
  #unneeded(id: StepId): void {
    const events = this.#told(this.#graph.step(id))
    if (events.begun || this.#outcomes.has(id)) {
      if (!events.begun && this.#graph.step(id).operation.kind === 'image') {
        events.cached({ kind: 'cached', text: 'its files were not needed' }, null)
      }
      return
    }
    const record = this.#graph.peek(id)
    if (record) this.#common.cache.touch(record.id)
    events.cached({ kind: 'cached', text: 'what is made of it was in the cache' }, record?.addedBytes ?? null)
  }

  #told({ id }: Step): StepEvents {
    const events = this.#events.get(id)
    if (!events) throw new Error(`the plan has no step ${id}`)
    return events
  }
}

/** How often a step is made of files that change meanwhile before it is made of what there is. */
const MOST_TRIES = 3

function isFolder({ operation: { kind } }: Step): boolean {
  return kind === 'context' || kind === 'http'
}

function typeOf({ operation }: Step): RecordType {
  return operation.kind === 'merge' ? 'internal' : 'regular'
}
