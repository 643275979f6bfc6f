/** Calls about volumes and networks (Docker Engine API, "Volume", "Network"). */
import type { NetworkShape, VolumeShape } from './shapes.ts'
import type { Transport } from './transport.ts'

/** Volumes of one engine. Every call throws `EngineError`. */
export class Volumes {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async list(): Promise<readonly VolumeShape[]> {
    const answer = await this.#transport.json<{ readonly Volumes: readonly VolumeShape[] | null }>(
      'GET',
      '/volumes',
    )
    return answer.Volumes ?? []
  }

  inspect(name: string): Promise<VolumeShape> {
    return this.#transport.json('GET', `/volumes/${encodeURIComponent(name)}`)
  }

  /** An empty name asks the engine for one. */
  create(name: string, labels: Readonly<Record<string, string>>): Promise<VolumeShape> {
    return this.#transport.json('POST', '/volumes/create', { body: { Name: name, Labels: labels } })
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

  list(): Promise<readonly NetworkShape[]> {
    return this.#transport.json('GET', '/networks')
  }
}
