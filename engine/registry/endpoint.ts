/** Where a registry's API is, by the domain of an image's name. */
import { EngineError } from '../errors.ts'
import type { InsecureRegistries } from './insecure.ts'
import type { RegistryOptions } from './options.ts'

/** A registry's address. */
export interface Endpoint {
  /** Scheme, host and port of the API. */
  readonly origin: string
  /** A copy of Docker Hub's content, which may lack what is asked for, and is told no account. */
  readonly mirror: boolean
}

/** Docker Hub's API is not where its names say. */
const HUB: Endpoint = { origin: 'https://registry-1.docker.io', mirror: false }

/** Finds the addresses of registries. */
export class Endpoints {
  readonly #insecure: InsecureRegistries
  readonly #mirrors: readonly Endpoint[]
  readonly #answers: (url: string, signal?: AbortSignal) => Promise<boolean>

  /** `answers` says whether anything speaks HTTP at a URL. Throws `invalid` for a wrong mirror. */
  constructor(
    options: Pick<RegistryOptions, 'mirrors'>,
    insecure: InsecureRegistries,
    answers: (url: string, signal?: AbortSignal) => Promise<boolean>,
  ) {
    this.#insecure = insecure
    this.#mirrors = options.mirrors.map(parseMirror)
    this.#answers = answers
  }

  /** In the order in which to ask when reading; the last is the registry itself. */
  async toRead(domain: string, signal?: AbortSignal): Promise<readonly Endpoint[]> {
    return domain === 'docker.io' ? [...this.#mirrors, HUB] : [await this.own(domain, signal)]
  }

  /**
   * The registry itself. Always https, except for an insecure one that does not speak it: that is asked first, since
   * a registry may be given a certificate at any time.
   */
  async own(domain: string, signal?: AbortSignal): Promise<Endpoint> {
    if (domain === 'docker.io') return HUB
    const secure = { origin: `https://${domain}`, mirror: false }
    if (!(await this.#insecure.has(domain))) return secure
    return (await this.#answers(`${secure.origin}/v2/`, signal))
      ? secure
      : { origin: `http://${domain}`, mirror: false }
  }
}

function parseMirror(text: string): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.username) {
    throw new EngineError(
      'invalid',
      `invalid mirror: "${text}" must be an address without a path, such as https://mirror.example`,
    )
  }
  return { origin: url.origin, mirror: true }
}
