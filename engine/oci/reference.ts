/** Names of images as people write them, by the grammar of distribution's reference package: parsed, completed, shortened. */
import { EngineError } from '../errors.ts'
import type { Digest } from './descriptor.ts'
import { isDigest } from './digest.ts'

/** A name with everything said. `name` is `domain/path`; without tag and digest it names a repository. */
export interface Reference {
  readonly domain: string
  readonly path: string
  readonly name: string
  readonly tag?: string
  readonly digest?: Digest
}

const DEFAULT_DOMAIN = 'docker.io'
const OFFICIAL = 'library/'
const MAX_NAME = 255

const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const DOMAIN = new RegExp(`^(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`)
const PATH_PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const PATH = new RegExp(`^${PATH_PART}(?:/${PATH_PART})*$`)
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const HEX_ID = /^[a-f0-9]{64}$/

/**
 * Reads `[domain/]path[:tag][@digest]` and completes domain and `library/`; no tag is added.
 * Throws `invalid` with Docker's words.
 */
export function parseReference(text: string): Reference {
  if (HEX_ID.test(text)) {
    throw new EngineError(
      'invalid',
      `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`,
    )
  }
  const at = text.indexOf('@')
  const digest = at < 0 ? undefined : text.slice(at + 1)
  if (digest !== undefined && !isDigest(digest)) throw malformed()
  const named = at < 0 ? text : text.slice(0, at)

  // A colon before the last slash belongs to a port.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  const tag = colon < 0 ? undefined : named.slice(colon + 1)
  if (tag !== undefined && !TAG.test(tag)) throw malformed()

  const { domain, path } = splitDomain(colon < 0 ? named : named.slice(0, colon))
  if (path !== path.toLowerCase()) {
    throw new EngineError('invalid', `invalid reference format: repository name (${path}) must be lowercase`)
  }
  if (!DOMAIN.test(domain) || !PATH.test(path)) throw malformed()
  const name = `${domain}/${path}`
  if (name.length > MAX_NAME) {
    throw new EngineError(
      'invalid',
      `invalid reference format: repository name must not be more than ${MAX_NAME} characters`,
    )
  }
  return {
    domain,
    path,
    name,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest: digest as Digest }),
  }
}

/** The reference with `:latest` when it has neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined
    ? { ...reference, tag: 'latest' }
    : reference
}

/** `reference` with this tag and no digest. Throws `invalid`. */
export function withTag(reference: Reference, tag: string): Reference {
  if (!TAG.test(tag)) throw new EngineError('invalid', `invalid tag format: "${tag}"`)
  return { domain: reference.domain, path: reference.path, name: reference.name, tag }
}

/** All of it: `docker.io/library/busybox:latest`. */
export function formatReference(reference: Reference): string {
  return suffixed(reference.name, reference)
}

/** As people write it: `busybox:latest`, `localhost:5000/x@sha256:...`. */
export function familiarReference(reference: Reference): string {
  return suffixed(familiarName(reference), reference)
}

/** The repository as people write it: no `docker.io/`, no `library/`. */
export function familiarName(reference: Reference): string {
  if (reference.domain !== DEFAULT_DOMAIN) return reference.name
  const { path } = reference
  return path.startsWith(OFFICIAL) && !path.slice(OFFICIAL.length).includes('/')
    ? path.slice(OFFICIAL.length)
    : path
}

/** The familiar form of a name that this module made. */
export function familiar(canonical: string): string {
  return familiarReference(parseReference(canonical))
}

function suffixed(name: string, reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`
  return `${name}${tag}${reference.digest === undefined ? '' : `@${reference.digest}`}`
}

/** The first part is a domain when it has a dot, a port or an upper-case letter, or is `localhost`. */
function splitDomain(name: string): { readonly domain: string; readonly path: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const isDomain =
    slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())
  const domain = isDomain ? first : DEFAULT_DOMAIN
  const path = isDomain ? name.slice(slash + 1) : name
  const known = domain === 'index.docker.io' ? DEFAULT_DOMAIN : domain
  return known === DEFAULT_DOMAIN && !path.includes('/')
    ? { domain: known, path: `${OFFICIAL}${path}` }
    : { domain: known, path }
}

function malformed(): EngineError {
  return new EngineError('invalid', 'invalid reference format')
}
