/**
 * Registry: the distribution protocol's client side (OCI distribution spec v1.1 and Docker's token authentication).
 * Yields what a registry says; that the bytes are true is the store's to verify.
 */
import { EngineError } from '../errors.ts'
import type { Reference } from '../oci/reference.ts'
import { Authenticator, type Credentials, TokenCache, TokenRefused } from './authenticator.ts'
import { endpointOf } from './endpoint.ts'
import { readRefusal } from './failure.ts'
import { Repository } from './repository.ts'
import { PATIENCE, type Patience, Transport } from './transport.ts'

export interface RegistryOptions {
  /** Domains to be spoken to by plain http though they are not on this machine. */
  readonly insecure?: readonly string[]
  readonly patience?: Patience
}

/** All registries, as seen by one engine: its connections and its tokens. */
export class Registry {
  readonly #transport: Transport
  readonly #tokens = new TokenCache()
  readonly #insecure: readonly string[]

  constructor(options: RegistryOptions = {}) {
    this.#transport = new Transport(options.patience ?? PATIENCE)
    this.#insecure = options.insecure ?? []
  }

  /** The repository that `reference` names, for reading. Nothing is sent yet. */
  repository(reference: Reference, credentials: Credentials = {}): Repository {
    const endpoint = endpointOf(reference.domain, this.#insecure)
    const scope = `repository:${reference.path}:pull`
    const authenticator = new Authenticator(this.#transport, this.#tokens, credentials, scope)
    return new Repository(reference, endpoint, authenticator, this.#transport)
  }

  /** Does `domain` answer, and take the credentials? Throws `unauthorized`, `unavailable` or `cancelled`. */
  async ping(domain: string, credentials: Credentials = {}, signal?: AbortSignal): Promise<void> {
    const { origin } = endpointOf(domain, this.#insecure)
    const authenticator = new Authenticator(this.#transport, this.#tokens, credentials, '')
    let refusal: { readonly status: number; readonly message: string }
    try {
      const answer = await authenticator.send({ url: `${origin}/v2/`, headers: {}, signal })
      const body = await answer.body.text()
      if (answer.statusCode < 300) return
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

  /** Closes idle connections. */
  close(): Promise<void> {
    return this.#transport.close()
  }
}
