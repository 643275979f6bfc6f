/**
 * Registry: the distribution protocol's client side (OCI distribution spec v1.1 and Docker's token authentication).
 * Yields what a registry says; that the bytes are true is the store's to verify.
 */
import { EngineError } from '../errors.ts'
import type { Reference } from '../oci/reference.ts'
import { Authenticator, type Credentials, TokenCache, TokenRefused } from './authenticator.ts'
import { Directory } from './directory.ts'
import { Endpoints } from './endpoint.ts'
import { readRefusal } from './failure.ts'
import { InsecureRegistries } from './insecure.ts'
import { DEFAULT_REGISTRY_OPTIONS, type RegistryOptions } from './options.ts'
import { Publication } from './publication.ts'
import { readText } from './read-all.ts'
import { Repository } from './repository.ts'
import { PATIENCE, type Patience, Transport } from './transport.ts'
import { Wire } from './wire.ts'

const HUB_INDEX = 'https://index.docker.io'

/** How registries are reached now. */
interface Reach {
  readonly transport: Transport
  readonly endpoints: Endpoints
}

/** All registries, as seen by one engine: its connections and its tokens. */
export class Registry {
  readonly #tokens = new TokenCache()
  readonly #patience: Patience
  #options: RegistryOptions
  #reach: Reach

  /** Sends nothing yet. Throws `invalid` for options that cannot be. */
  constructor(options: Partial<RegistryOptions> & { readonly patience?: Patience } = {}) {
    this.#patience = options.patience ?? PATIENCE
    this.#options = { ...DEFAULT_REGISTRY_OPTIONS, ...options }
    this.#reach = reach(this.#options, this.#patience)
  }

  /** Other options from now on, where given; what is under way ends as it began. Throws `invalid`, changing nothing. */
  configure(options: Partial<RegistryOptions>): void {
    const all = { ...this.#options, ...options }
    this.#reach = reach(all, this.#patience)
    this.#options = all
  }

  /** The repository that `reference` names, for reading. Nothing is sent yet. */
  repository(reference: Reference, credentials: Credentials = {}): Repository {
    return new Repository(this.#wire(reference, credentials, 'pull'), this.#reach.transport)
  }

  /** The repository that `reference` names, for writing. Mirrors have no part in it. */
  publication(reference: Reference, credentials: Credentials = {}): Publication {
    return new Publication(this.#wire(reference, credentials, 'pull,push'), this.#reach.transport)
  }

  /** What the registry of a domain holds. */
  directory(domain: string, credentials: Credentials = {}): Directory {
    return new Directory(domain, async () => {
      // Docker Hub's search is at yet another address of its own.
      const origin = domain === 'docker.io' ? HUB_INDEX : (await this.#reach.endpoints.own(domain)).origin
      return { origin, authenticator: this.#authenticator(origin, credentials, 'registry:catalog:*') }
    })
  }

  #wire(reference: Reference, credentials: Credentials, actions: string): Wire {
    const scope = `repository:${reference.path}:${actions}`
    return new Wire(reference, async (signal) =>
      (await this.#reach.endpoints.toRead(reference.domain, signal)).map(({ origin, mirror }) => ({
        base: `${origin}/v2/${reference.path}`,
        mirror,
        authenticator: this.#authenticator(origin, mirror ? {} : credentials, scope),
      })),
    )
  }

  /**
   * Signs in: answers the token that stands for the password from now on, or an empty text where there is none.
   * Throws `unauthorized` when the registry does not take the account, `unavailable` or `cancelled`.
   */
  async login(domain: string, credentials: Credentials, signal?: AbortSignal): Promise<string> {
    const { transport, endpoints } = this.#reach
    const { origin } = await endpoints.own(domain, signal)
    const authenticator = new Authenticator(transport, this.#tokens, credentials, origin, '', {
      offline: true,
    })
    let refusal: { readonly status: number; readonly message: string }
    try {
      const answer = await authenticator.send({ url: `${origin}/v2/`, headers: {}, signal })
      const body = await readText(answer)
      if (answer.statusCode < 300) return authenticator.refreshToken
      refusal = readRefusal(answer.statusCode, body)
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      refusal = error
    }
    const words = refusal.message || `status ${refusal.status}`
    if (refusal.status === 401 || refusal.status === 403) {
      throw new EngineError('unauthorized', `login attempt to ${origin}/v2/ failed: unauthorized: ${words}`)
    }
    throw new EngineError('unavailable', `the registry ${domain} answered ${refusal.status}: ${words}`)
  }

  #authenticator(origin: string, credentials: Credentials, scope: string): Authenticator {
    return new Authenticator(this.#reach.transport, this.#tokens, credentials, origin, scope)
  }

  /** Closes idle connections. */
  close(): Promise<void> {
    return this.#reach.transport.close()
  }
}

function reach({ insecure, mirrors, certificates }: RegistryOptions, patience: Patience): Reach {
  const trusted = new InsecureRegistries(insecure)
  const transport = new Transport({ insecure: trusted, certificates, patience })
  const endpoints = new Endpoints({ mirrors }, trusted, (url, signal) => transport.answers(url, signal))
  return { transport, endpoints }
}
