/** One engine as the application sees it: typed calls by subject, and what it can do. */
import type { PortHolder } from '../api/longshore/port-owner.ts'
import { Builds } from './builds.ts'
import type { Capabilities, Greeting } from './capabilities.ts'
import { greet } from './capabilities.ts'
import { Containers } from './containers.ts'
import type { Endpoint } from './endpoint.ts'
import { Exec } from './exec.ts'
import { Images } from './images.ts'
import { jsonLines } from './json-lines.ts'
import type { EngineEvent, Info, Version } from './shapes.ts'
import { guarded } from './streams.ts'
import { Transport } from './transport.ts'
import { Networks, Volumes } from './volumes.ts'

/** Connects to an engine: settles the API version and reads what it can do. Throws `EngineError`. */
export async function connectEngine(endpoint: Endpoint): Promise<EngineClient> {
  const transport = new Transport(endpoint)
  return new EngineClient(transport, await greet(transport))
}

/** Resolves when the engine answers `/_ping`; throws `EngineError` when it does not. */
export async function pingEngine(endpoint: Endpoint, signal?: AbortSignal): Promise<void> {
  await new Transport(endpoint).headers('/_ping', { unversioned: true, signal })
}

export class EngineClient {
  readonly endpoint: Endpoint
  readonly capabilities: Capabilities
  readonly version: Version
  readonly info: Info
  readonly containers: Containers
  readonly exec: Exec
  readonly images: Images
  readonly volumes: Volumes
  readonly networks: Networks
  /** At engines with `capabilities.builds`. */
  readonly builds: Builds
  readonly #transport: Transport

  constructor(transport: Transport, greeting: Greeting) {
    this.#transport = transport
    this.endpoint = transport.endpoint
    this.capabilities = greeting.capabilities
    this.version = greeting.version
    this.info = greeting.info
    this.containers = new Containers(transport)
    this.exec = new Exec(transport)
    this.images = new Images(transport)
    this.volumes = new Volumes(transport)
    this.networks = new Networks(transport)
    this.builds = new Builds(transport)
  }

  /**
   * Events from `since` (seconds since 1970 with nine decimals) or from now on. Resolves once the engine listens, so
   * that nothing of a list read afterwards is missed. Ends cleanly when `signal` aborts or at `until`, throws when the
   * engine goes.
   */
  async events(options: {
    readonly since?: string | undefined
    readonly until?: string | undefined
    readonly filters?: Readonly<Record<string, readonly string[]>> | undefined
    readonly signal: AbortSignal
  }): Promise<AsyncGenerator<EngineEvent, void, undefined>> {
    const source = await this.#transport.stream('GET', '/events', {
      query: {
        since: options.since,
        until: options.until,
        filters: options.filters && JSON.stringify(options.filters),
      },
      signal: options.signal,
    })
    return guarded(source, jsonLines<EngineEvent>(source), this.#transport.describe(), options.signal)
  }

  /** Who holds a host port, where the engine can say (`capabilities.portOwners`). */
  portOwner(port: number, protocol: 'tcp' | 'udp'): Promise<PortHolder> {
    return this.#transport.json('GET', `/longshore/v1/ports/${port}/${protocol}`, { unversioned: true })
  }
}
