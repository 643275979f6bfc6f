/** Registries as seen from here: what a name stands for, what is found, what is listed. Nothing is kept. */
import type { DistributionInspect, ImageSearchResult } from '../../api/image.ts'
import type {
  RegistryInspection,
  RegistryRepositories,
  RegistryTags,
} from '../../api/longshore/registries.ts'
import { EngineError } from '../../errors.ts'
import { parseReference, type Reference, withDefaultTag } from '../../oci/reference.ts'
import type { Directory, Find } from '../../registry/directory.ts'
import type { Registry } from '../../registry/registry.ts'
import { booleanFilter, checkFilters, type Filters } from '../filters.ts'
import { decodeRegistryAuth, domainOf } from './registry-auth.ts'
import { inspectRemote, platformOfConfig } from './registry-inspection.ts'

const DEFAULT_LIMIT = 25
const MAX_LIMIT = 100
/** Repositories read of a catalogue for a search, at most. */
const MAX_CATALOGUE = 10_000
const CATALOGUE_PAGE = 1000

/** Who asks, and until when. `auth` is the X-Registry-Auth header as it came. */
export interface Asking {
  readonly auth: string
  readonly signal: AbortSignal
}

/** All use cases that read registries. */
export class Registries {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /**
   * POST /auth: whether a registry takes an account. Where it gives a token for the password, that is answered: the
   * client keeps it instead. Throws `unauthorized` when it does not, `unavailable` when it does not answer.
   */
  async auth(account: {
    readonly username?: string
    readonly password?: string
    readonly identitytoken?: string
    readonly serveraddress?: string
  }): Promise<{ readonly Status: string; readonly IdentityToken: string }> {
    const domain = checkDomain(domainOf(account.serveraddress ?? ''))
    const identityToken = await this.#registry.login(domain, {
      username: account.username ?? '',
      password: account.password ?? '',
      ...(account.identitytoken ? { identityToken: account.identitytoken } : {}),
    })
    return { Status: 'Login Succeeded', IdentityToken: identityToken }
  }

  /** GET /distribution/{name}/json. */
  async distribution(name: string, { auth, signal }: Asking): Promise<DistributionInspect> {
    const repository = this.#registry.repository(
      withDefaultTag(parseReference(name)),
      decodeRegistryAuth(auth),
    )
    const { descriptor, parsed } = await repository.manifest(undefined, { signal })
    if (parsed.kind === 'index') {
      const platforms = parsed.index.manifests.flatMap(({ platform }) => platform ?? [])
      return { Descriptor: descriptor, Platforms: platforms.length > 0 ? platforms : null }
    }
    const platform = await platformOfConfig(repository, parsed.manifest, { signal })
    return { Descriptor: descriptor, Platforms: platform && [platform] }
  }

  /**
   * GET /images/search: Docker Hub's search, or that of the registry that the term begins with. Where there is none,
   * as in nearly all registries, the names of its catalogue that contain the term.
   */
  async search(
    query: { readonly term: string; readonly limit: number | undefined; readonly filters: Filters },
    { auth, signal }: Asking,
  ): Promise<readonly ImageSearchResult[]> {
    checkFilters(query.filters, ['is-automated', 'is-official', 'stars'])
    const official = booleanFilter(query.filters, 'is-official')
    const automated = booleanFilter(query.filters, 'is-automated')
    const stars = Math.max(0, ...(query.filters.get('stars') ?? []).map(parseStars))
    const limit = query.limit || DEFAULT_LIMIT
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new EngineError('invalid', `limit ${limit} is outside the range of [1, ${MAX_LIMIT}]`)
    }
    const { domain, words } = splitTerm(query.term)
    const directory = this.#registry.directory(domain, decodeRegistryAuth(auth))
    const found =
      (await directory.search(words, limit, { signal })) ??
      (await fromCatalogue(directory, domain, words, limit, signal))
    return found.filter(
      (find) =>
        (official === null || find.is_official === official) &&
        (automated === null || find.is_automated === automated) &&
        find.star_count >= stars,
    )
  }

  /** GET /longshore/v1/registries/{domain}/repositories. */
  repositories(
    domain: string,
    page: { readonly last: string; readonly limit: number | undefined },
    { auth, signal }: Asking,
  ): Promise<RegistryRepositories> {
    const directory = this.#registry.directory(checkDomain(domain), decodeRegistryAuth(auth))
    return directory.repositories(page.last, page.limit || CATALOGUE_PAGE, { signal })
  }

  /** GET /longshore/v1/registries/{domain}/tags. */
  async tags(domain: string, repository: string, { auth, signal }: Asking): Promise<RegistryTags> {
    const reference = remoteReference(domain, repository)
    return { tags: await this.#registry.repository(reference, decodeRegistryAuth(auth)).tags({ signal }) }
  }

  /** GET /longshore/v1/registries/{domain}/manifest. `reference` is a tag or a digest. */
  inspect(
    domain: string,
    repository: string,
    reference: string,
    { auth, signal }: Asking,
  ): Promise<RegistryInspection> {
    const glue = reference.startsWith('sha256:') ? '@' : ':'
    const named = remoteReference(domain, `${repository}${glue}${reference || 'latest'}`)
    return inspectRemote(this.#registry.repository(named, decodeRegistryAuth(auth)), { signal })
  }
}

async function fromCatalogue(
  directory: Directory,
  domain: string,
  words: string,
  limit: number,
  signal: AbortSignal,
): Promise<readonly Find[]> {
  const found: Find[] = []
  let last: string | null = ''
  for (let read = 0; last !== null && read < MAX_CATALOGUE && found.length < limit; ) {
    const page: RegistryRepositories = await directory.repositories(last, CATALOGUE_PAGE, { signal })
    read += page.repositories.length
    last = page.repositories.length === 0 ? null : page.next
    for (const name of page.repositories.filter((each) => each.includes(words))) {
      const plain = { description: '', star_count: 0, is_official: false, is_automated: false }
      found.push({ name: `${domain}/${name}`, ...plain })
    }
  }
  return found.slice(0, limit)
}

/** `localhost:5000/some` asks that registry for `some`; anything else is for Docker Hub. Throws `invalid`. */
function splitTerm(term: string): { readonly domain: string; readonly words: string } {
  if (/^https?:\/\//.test(term)) {
    throw new EngineError('invalid', 'invalid repository name: repository name should not have a scheme')
  }
  const slash = term.indexOf('/')
  const first = slash < 0 ? '' : term.slice(0, slash)
  if (!/[.:]/.test(first) && first !== 'localhost') {
    return { domain: 'docker.io', words: term.replace(/^library\//, '') }
  }
  const domain = checkDomain(first)
  const words = term.slice(slash + 1)
  return { domain, words: domain === 'docker.io' ? words.replace(/^library\//, '') : words }
}

function checkDomain(domain: string): string {
  return remoteReference(domain, 'any').domain
}

/** A name in the registry `domain`, never on Docker Hub by accident. Throws `invalid`. */
function remoteReference(domain: string, name: string): Reference {
  const hub = ['docker.io', 'index.docker.io'].includes(domain)
  const reference = parseReference(`${domain}/${name}`)
  if (!hub && reference.domain !== domain)
    throw new EngineError(
      'invalid',
      `"${domain}" is no registry's address: it should look like host.example or localhost:5000`,
    )
  return reference
}

function parseStars(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new EngineError('invalid', `invalid filter 'stars=[${text}]'`)
}
