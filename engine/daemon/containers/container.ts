/** A container as the daemon holds it: its record, and what goes on with it in this process. */
import type { HealthState } from '../../api/container.ts'
import type { Exit } from '../../runtime/runtime.ts'
import { Queue } from '../queue.ts'
import type { ContainerDefinition, ContainerRecord, ContainerStanding } from '../records/container-record.ts'
import type { PendingAttach } from './attach.ts'
import { exitCode, isUp } from './lifecycle.ts'
import type { PendingRestart } from './restart-policy.ts'

export class Container {
  #definition: ContainerDefinition
  #name: string
  #standing: ContainerStanding
  /** Calls that change it, one after another. */
  readonly queue = new Queue()
  /** Resolves when what its last end left behind is cleared. Never rejects. */
  settled: Promise<void> = Promise.resolve()
  /** `made`: the runtime has its process, which may not have started. */
  phase: 'rest' | 'starting' | 'made' | 'removing' | 'gone' = 'rest'
  /** An end that was seen before its start was finished. */
  earlyExit: Exit | null = null
  /** A start by its restart policy that is to come. */
  pendingRestart: PendingRestart | null = null
  /** How long the last such start was waited for, in milliseconds. */
  restartDelayMs: number | null = null
  /** The engine stops it because it ends itself: its policy counts again when the next one begins. */
  endedByEngine = false
  /** Its end is not on disk: the disk is full, and the runtime still has its exit file. */
  unrecorded = false
  /** It is stopped to be started at once: AutoRemove does not count. */
  restartedByHand = false
  /** Attachments that wait for the next start. */
  readonly pendingAttaches = new Set<PendingAttach>()
  readonly execs = new Set<string>()
  /** Raised by every change of what lists and inspect show. */
  revision = 0
  #health: HealthState | null
  readonly #exitWaiters = new Set<(code: number) => void>()
  readonly #removalWaiters = new Set<(code: number) => void>()

  constructor({ name, definition, standing }: ContainerRecord) {
    this.#definition = definition
    this.#name = name
    this.#standing = standing
    this.#health = standing.health ?? null
  }

  get id(): string {
    return this.#definition.id
  }

  get definition(): ContainerDefinition {
    return this.#definition
  }
  /** Limits and the restart policy can change; the id and the image cannot. */
  set definition(definition: ContainerDefinition) {
    this.#definition = definition
    this.revision++
  }

  get name(): string {
    return this.#name
  }
  set name(name: string) {
    this.#name = name
    this.revision++
  }

  get standing(): ContainerStanding {
    return this.#standing
  }
  set standing(standing: ContainerStanding) {
    this.#standing = standing
    this.revision++
  }

  /** What its health check found; null without one. The record of it may be a few results behind. */
  get health(): HealthState | null {
    return this.#health
  }
  set health(health: HealthState | null) {
    if (health?.Status !== this.#health?.Status) this.revision++
    this.#health = health
  }

  get up(): boolean {
    return isUp(this.#standing.life)
  }

  /** What events of it carry. */
  attributes(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const { config } = this.definition
    return { ...config.Labels, ...more, image: config.Image, name: this.#name }
  }

  /** Resolves with the code of the next end, or of the last one when it is removed without another. */
  nextExit(signal?: AbortSignal): Promise<number> {
    return subscribe(this.#exitWaiters, signal)
  }

  removed(signal?: AbortSignal): Promise<number> {
    return subscribe(this.#removalWaiters, signal)
  }

  tellExit(code: number): void {
    tell(this.#exitWaiters, code)
  }

  /** It is gone for good: nobody waits any longer. */
  tellRemoved(): void {
    const code = exitCode(this.#standing.life)
    tell(this.#exitWaiters, code)
    tell(this.#removalWaiters, code)
  }
}

function subscribe(waiters: Set<(code: number) => void>, signal?: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    waiters.add(resolve)
    // Who has gone away waits no longer; its promise is never looked at again.
    signal?.addEventListener('abort', () => waiters.delete(resolve), { once: true })
  })
}

function tell(waiters: Set<(code: number) => void>, code: number): void {
  for (const waiter of waiters) waiter(code)
  waiters.clear()
}
