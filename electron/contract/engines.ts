/** Engines: the Docker-compatible daemons that the application can reach, and what each can do. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as z from 'zod'
import { failures } from './failures.ts'

/** `embedded`, or an id that stays the same for an endpoint. */
export const engineId = z.string().min(1).max(200)

/** How an engine stands right now. */
export type EngineState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'starting'; readonly what: string }
  | { readonly kind: 'connected'; readonly since: string }
  | {
      readonly kind: 'unreachable'
      readonly reason: string
      readonly remedy: string | null
      readonly retryAt: string | null
    }

/** What the engine can do, read once at connect; views ask this, never "which product is it". */
export interface EngineCapabilities {
  readonly apiVersion: string
  readonly longshore: boolean
  readonly portOwners: boolean
  readonly layerProgressExact: boolean
  readonly swarm: boolean
  readonly buildkit: boolean
  /** Builds in place with a history, a graph and reasons. */
  readonly builds: boolean
}

export interface EngineFacts {
  readonly product: string
  readonly version: string
  readonly operatingSystem: string
  readonly kernel: string
  readonly architecture: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly storageDriver: string
  readonly rootDirectory: string
  readonly rootless: boolean
  readonly warnings: readonly string[]
}

export interface EngineView {
  readonly id: string
  readonly name: string
  readonly kind: 'embedded' | 'local' | 'remote'
  readonly endpoint: string
  readonly state: EngineState
  readonly capabilities: EngineCapabilities | null
  readonly facts: EngineFacts | null
}

/** Figures for the status bar; one small message when something changed, at most one a second. */
export interface EngineSummary {
  readonly running: number
  readonly containers: number
  readonly images: number
  readonly volumes: number
  readonly cpuPercent: number | null
  readonly memoryUsedBytes: number | null
  readonly diskFreeBytes: number | null
}

/** One line of what this host can or cannot do for the embedded engine. */
export interface HostCheck {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  readonly remedy: string | null
}

export const engines = {
  /** Every known engine, at once and again at each change. */
  watch: oc.errors(failures).output(eventIterator(type<readonly EngineView[]>())),
  summary: oc
    .errors(failures)
    .input(z.object({ engine: engineId }))
    .output(eventIterator(type<EngineSummary>())),
  /** Adds an endpoint (`unix:///path` or `tcp://host:port`); answers its view. */
  add: oc
    .errors(failures)
    .input(z.object({ name: z.string().min(1).max(60), endpoint: z.string().min(1).max(500) }))
    .output(type<EngineView>()),
  remove: oc
    .errors(failures)
    .input(z.object({ engine: engineId }))
    .output(type<void>()),
  /** Tries again now. */
  reconnect: oc
    .errors(failures)
    .input(z.object({ engine: engineId }))
    .output(type<void>()),
  checkHost: oc.errors(failures).output(type<readonly HostCheck[]>()),
}
