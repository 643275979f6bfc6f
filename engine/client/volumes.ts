/** Calls about volumes and networks (Docker Engine API, "Volume", "Network"). */
import type { EndpointSettings, NetworkCreateRequest, NetworkInspect } from '../api/network.ts'
import type { Volume } from '../api/volume.ts'
import type { Transport } from './transport.ts'

/** Volumes of one engine. Every call throws `EngineError`. */
export class Volumes {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async list(): Promise<readonly Volume[]> {
    const answer = await this.#transport.json<{ readonly Volumes: readonly Volume[] | null }>(
      'GET',
      '/volumes',
    )
    return answer.Volumes ?? []
  }

  inspect(name: string): Promise<Volume> {
    return this.#transport.json('GET', `/volumes/${encodeURIComponent(name)}`)
  }

  /** An empty name asks the engine for one. */
  create(
    name: string,
    labels: Readonly<Record<string, string>>,
    driver: { readonly name?: string; readonly options?: Readonly<Record<string, string>> } = {},
  ): Promise<Volume> {
    const body = { Name: name, Labels: labels, Driver: driver.name, DriverOpts: driver.options }
    return this.#transport.json('POST', '/volumes/create', { body })
  }

  remove(name: string, options: { readonly force: boolean }): Promise<void> {
    return this.#transport.json('DELETE', `/volumes/${encodeURIComponent(name)}`, {
      query: { force: options.force },
    })
  }
}

/** Networks of one engine. */
export class Networks {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  list(): Promise<readonly NetworkInspect[]> {
    return this.#transport.json('GET', '/networks')
  }

  /** Resolves to its id. */
  async create(body: NetworkCreateRequest): Promise<string> {
    const { Id } = await this.#transport.json<{ readonly Id: string }>('POST', '/networks/create', { body })
    return Id
  }

  remove(name: string): Promise<void> {
    return this.#transport.json('DELETE', `/networks/${encodeURIComponent(name)}`)
  }

  connect(name: string, container: string, endpoint: Partial<EndpointSettings>): Promise<void> {
    const body = { Container: container, EndpointConfig: endpoint }
    return this.#transport.json('POST', `/networks/${encodeURIComponent(name)}/connect`, { body })
  }
}
