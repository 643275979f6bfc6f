/** For tests: a cache in memory, a performer that makes layers of what it is given, and short ways to write a plan. */
import { createHash } from 'node:crypto'
import type { Digest } from '../../oci/descriptor.ts'
import type { BuildPlan, CopySource, ExecOperation, Operation, Step, StepId } from '../plan/step.ts'
import type { Cache, CacheRecord, Given, NewRecord } from './cache.ts'
import type { Fact, Performed, Performer, StepIo } from './performer.ts'
import type { BuildEvent } from './progress.ts'
import { Solver } from './solver.ts'
import type { Value } from './value.ts'

export function digestOf(text: string): Digest {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

export class MemoryCache implements Cache {
  readonly records = new Map<string, CacheRecord>()
  readonly keys = new Map<string, string>()
  readonly slots = new Map<string, { readonly key: string; readonly facts: readonly Fact[] }>()
  readonly given = new Map<string, Given>()
  readonly touched: string[] = []
  #count = 0

  find(key: string) {
    return this.records.get(this.keys.get(key) ?? '') ?? null
  }

  keysOf(id: string) {
    return [...this.keys].filter(([, record]) => record === id).map(([key]) => key)
  }

  save({ keys, diffIds, inputs, addedBytes, createdAt = 0 }: NewRecord) {
    const record = { id: `r${this.#count++}`, diffIds, inputs, addedBytes, createdAt }
    this.records.set(record.id, record)
    for (const key of keys) this.keys.set(key, record.id)
    return record
  }

  alias(id: string, key: string) {
    this.keys.set(key, id)
  }

  touch(id: string) {
    this.touched.push(id)
  }

  lose(id: string) {
    this.records.delete(id)
    for (const [key, record] of this.keys) {
      if (record === id) this.given.set(key, { at: 0, why: 'its layers were gone' })
    }
  }

  gone(key: string) {
    return this.find(key) ? null : (this.given.get(key) ?? null)
  }

  slot(slot: string) {
    return this.slots.get(slot)?.facts ?? null
  }

  slotKey(slot: string) {
    return this.slots.get(slot)?.key ?? null
  }

  keepSlot(slot: string, key: string, facts: readonly Fact[]) {
    this.slots.set(slot, { key, facts })
  }
}

/** What the world does at a step; a test replaces what it is about. */
export interface Script {
  /** Files of the context. */
  files: Record<string, string>
  /** Before a step does its work. */
  before: (step: Step, io: StepIo) => Promise<void>
  /** What a command makes, beside what it is made of. */
  salt: (step: Step) => string
}

/** A world that keeps what was made, as the store does between builds. */
export class World implements Performer {
  readonly cache = new MemoryCache()
  readonly ran: string[] = []
  readonly script: Script = { files: {}, before: async () => undefined, salt: () => '' }
  readonly lost = new Set<string>()
  readonly solver: Solver
  working = 0
  most = 0

  constructor(places = 8) {
    let free = places
    const queue: (() => void)[] = []
    const take = async () => {
      if (free > 0) free--
      else await new Promise<void>((resolve) => queue.push(resolve))
      return () => {
        const next = queue.shift()
        if (next) next()
        else free++
      }
    }
    this.solver = new Solver(this.cache, { take }, () => 1_000)
  }

  async contentFacts({ operation }: Step, inputs: readonly Value[]): Promise<readonly Fact[] | null> {
    if (operation.kind !== 'copy') return null
    return operation.sources.flatMap((source): Fact[] => {
      if (source.kind === 'inline') return []
      const value = inputs[source.input]
      if (value?.kind !== 'folder') return [{ name: source.path, value: JSON.stringify(value) }]
      const name = source.path
      return [{ name, value: digestOf(this.script.files[name] ?? ''), as: '' }]
    })
  }

  async perform(step: Step, inputs: readonly Value[], io: StepIo): Promise<Performed> {
    this.ran.push(step.name)
    this.most = Math.max(this.most, ++this.working)
    try {
      await this.script.before(step, io)
      io.signal.throwIfAborted()
      return { value: this.#value(step, inputs), addedBytes: 1 }
    } finally {
      this.working--
    }
  }

  #value(step: Step, inputs: readonly Value[]): Value {
    const { operation } = step
    if (operation.kind === 'context') {
      const folder = {
        path: '/context',
        includes: () => true,
        digest: async (path: string) => digestOf(this.script.files[path] ?? ''),
        owners: 'root' as const,
      }
      return { kind: 'folder', folder }
    }
    if (operation.kind === 'image') {
      const diffIds = [digestOf(operation.reference)]
      const fetch = async () => void this.ran.push(`fetch ${operation.reference}`)
      return { kind: 'image', diffIds, fetch }
    }
    const layers = inputs.map((input) => (input.kind === 'folder' ? [] : input.diffIds))
    if (operation.kind === 'merge') return { kind: 'layers', diffIds: layers.flat() }
    const [below = []] = layers
    const files = operation.kind === 'copy' ? operation.sources.map((source) => this.#bytes(source)) : []
    const what = operation.kind === 'copy' ? operation.destination : operation
    const made = digestOf(JSON.stringify([what, layers, files, this.script.salt(step)]))
    return { kind: 'layers', diffIds: [...below, made] }
  }

  #bytes(source: CopySource): string {
    return source.kind === 'inline' ? source.content : (this.script.files[source.path] ?? '')
  }

  async has(diffIds: readonly Digest[]) {
    return !diffIds.some((diffId) => this.lost.has(diffId))
  }

  /** Builds, and answers how each step ended, with its reason. */
  async build(steps: readonly Step[], target: StepId, signal: AbortSignal = new AbortController().signal) {
    const events: BuildEvent[] = []
    const request = {
      plan: planOf(steps, target),
      performer: this,
      emit: (event: BuildEvent) => void events.push(event),
      signal,
      dockerfile: 'app/Dockerfile',
      surroundings: [],
    }
    this.ran.length = 0
    const { done, drained } = this.solver.solve(request)
    const outcome = await done.then(
      (solved) => ({ solved, error: null }),
      (error: unknown) => ({ solved: null, error: error as Error }),
    )
    const ends = new Map<string, string>()
    for (const event of events) {
      if (event.kind !== 'step') continue
      ends.set(event.id, `${event.now.state}${event.reason ? `: ${event.reason.text}` : ''}`)
    }
    return { ...outcome, drained, events, ends, ran: [...this.ran] }
  }
}

function planOf(steps: readonly Step[], target: StepId): BuildPlan {
  const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }
  const image = {
    ...{
      stage: '0',
      platform: { os: 'linux', architecture: 'amd64' },
      step: target,
      history: [],
      base: null,
    },
    config: config as unknown as BuildPlan['image']['config'],
  }
  return { steps, image, warnings: [] }
}

let count = 0

/** A step named after its id. */
export function step(
  id: StepId,
  operation: Operation,
  inputs: readonly StepId[] = [],
  more: Partial<Step> = {},
): Step {
  const origin = { stage: 'build', ordinal: ++count, text: id, range: null }
  return { id, operation, inputs, name: id, origin, fresh: false, ...more }
}

export function image(reference: string): Operation {
  const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }
  const platform = { os: 'linux', architecture: 'amd64' }
  return { kind: 'image', reference, digest: digestOf(reference), platform, config: config as never }
}

export function run(command: string, more: Partial<ExecOperation> = {}): Operation {
  return {
    ...{ kind: 'exec', root: 0, args: ['/bin/sh', '-c', command], env: [], cwd: '/', user: '', mounts: [] },
    ...{ network: 'default', security: 'sandbox', argNames: [], proxyEnv: [], ...more },
  } as ExecOperation
}

/** COPY of one file of input 1 onto input 0. */
export function copy(path: string, origin: 'local' | 'stage' = 'local'): Operation {
  return {
    ...{ kind: 'copy', root: 0, destination: '/file', chown: null, chmod: null, exclude: [], parents: false },
    ...{ unpack: 'never', sources: [{ kind: 'path', input: 1, path, origin }] },
  }
}

export const context: Operation = { kind: 'context', name: 'context', ignore: [], wanted: null }
