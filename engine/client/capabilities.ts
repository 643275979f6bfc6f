/** What an engine can do, read once when it is connected. Everything above asks this, never "which product is it". */
import type { LongshoreCapabilities } from '../api/longshore/capabilities.ts'
import { EngineError, isEngineError } from '../errors.ts'
import type { Info, Version } from './shapes.ts'
import type { Transport } from './transport.ts'

/** Plain data; a new difference between engines is a new field here. */
export interface Capabilities {
  /** The API version that both ends speak. */
  readonly apiVersion: string
  /** Serves Longshore's own endpoints. */
  readonly longshore: boolean
  /** Can say who holds a port. */
  readonly portOwners: boolean
  /** Tells a pull's bytes exactly. */
  readonly layerProgressExact: boolean
  /** Is a member of a swarm. */
  readonly swarm: boolean
  readonly buildkit: boolean
  /** Builds in place, tells of each step, and keeps a history (engine/api/longshore/builds.ts). */
  readonly builds: boolean
}

/** The newest version that this client was written against. */
const NEWEST_API = '1.51'
const PATIENCE_MS = 10_000

/** Everything learned at connect. */
export interface Greeting {
  readonly capabilities: Capabilities
  readonly version: Version
  readonly info: Info
}

/** Reads ping, version, info and Longshore's own announcement, and settles the API version. Throws `EngineError`. */
export async function greet(transport: Transport): Promise<Greeting> {
  const ping = await readPing(transport)
  const offered = ping['api-version'] ?? '1.24'
  const apiVersion = isOlder(offered, NEWEST_API) ? offered : NEWEST_API
  transport.speak(apiVersion)
  const [version, info, own] = await Promise.all([
    transport.json<Version>('GET', '/version'),
    transport.json<Info>('GET', '/info'),
    readOwn(transport),
  ])
  const capabilities: Capabilities = {
    apiVersion,
    longshore: own !== null,
    portOwners: own?.features.includes('port-owner') === true,
    layerProgressExact: own !== null,
    swarm: info.Swarm?.LocalNodeState === 'active',
    buildkit: ping['builder-version'] === '2',
    builds: own?.features.includes('builds') === true,
  }
  return { capabilities, version, info }
}

/** An engine that hangs must not keep its clients waiting for ever. */
async function readPing(transport: Transport): Promise<Readonly<Record<string, string>>> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  try {
    return await transport.headers('/_ping', { unversioned: true, signal })
  } catch (error) {
    if (!signal.aborted) throw error
    throw new EngineError('unavailable', `${transport.describe()} took the connection and does not answer`, {
      cause: error,
    })
  }
}

/** Longshore's announcement, or null at any other engine. */
async function readOwn(transport: Transport): Promise<LongshoreCapabilities | null> {
  try {
    const own = await transport.json<LongshoreCapabilities>('GET', '/longshore/v1/capabilities', {
      unversioned: true,
    })
    return Array.isArray(own?.features) ? own : null
  } catch (error) {
    if (isEngineError(error) && error.kind !== 'unavailable') return null
    throw error
  }
}

/** Compares versions like `1.41`. */
export function isOlder(a: string, b: string): boolean {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number)
  return majorA < majorB || (majorA === majorB && minorA < minorB)
}
