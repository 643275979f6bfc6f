/** One repository of a registry: its manifests, blobs and tags (distribution spec v1.1, "Pull"). */
import { EngineError } from '../errors.ts'
import type { Descriptor, Digest, Manifest, Platform } from '../oci/descriptor.ts'
import { digestOf, isDigest } from '../oci/digest.ts'
import { ACCEPTED_MANIFESTS, OCI_MANIFEST } from '../oci/media-types.ts'
import { parseManifest } from '../oci/parse.ts'
import { choosePlatform, formatPlatform } from '../oci/platform.ts'
import { familiarName, familiarReference, type Reference } from '../oci/reference.ts'
import { type Authenticator, TokenRefused } from './authenticator.ts'
import { readBlob } from './blob.ts'
import type { Endpoint } from './endpoint.ts'
import { readRefusal, refused } from './failure.ts'
import type { Answer, Ask, Transport } from './transport.ts'

/** Registries must take 4 MiB; none is known to take more. */
const MAX_MANIFEST_BYTES = 8 * 1024 * 1024
const MAX_LIST_BYTES = 16 * 1024 * 1024

/** What a reference names, for one platform. */
export interface Resolved {
  /** Digest of what the name stands for: the index where there is one. */
  readonly digest: Digest
  readonly manifestDescriptor: Descriptor
  readonly manifest: Manifest
  /** The manifest as it came. */
  readonly bytes: Buffer
}

/** How a request may be ended and what it says meanwhile. */
export interface Following {
  readonly signal?: AbortSignal | undefined
  readonly onRetry?: ((seconds: number) => void) | undefined
}

/** Made by `Registry.repository`. */
export class Repository {
  readonly #reference: Reference
  readonly #base: string
  readonly #authenticator: Authenticator
  readonly #transport: Transport

  constructor(reference: Reference, endpoint: Endpoint, authenticator: Authenticator, transport: Transport) {
    this.#reference = reference
    this.#base = `${endpoint.origin}/v2/${reference.path}`
    this.#authenticator = authenticator
    this.#transport = transport
  }

  /**
   * The manifest of the image that the reference (tag or digest) means on `platform`. Verified by digest.
   * Throws `not-found` when there is none or access is denied, `invalid` for lies, `unavailable`.
   */
  async resolve(platform: Platform, following: Following = {}): Promise<Resolved> {
    const wanted = this.#reference.digest ?? this.#reference.tag ?? 'latest'
    const top = await this.#manifest(wanted, following)
    const parsed = parseManifest(top.bytes, top.contentType)
    if (parsed.kind === 'manifest') return resolved(top.digest, top, parsed.manifest)
    const chosen = choosePlatform(parsed.index, platform)
    if (!chosen) {
      const offered = parsed.index.manifests.flatMap((entry) =>
        entry.platform && entry.platform.os !== 'unknown' ? [formatPlatform(entry.platform)] : [],
      )
      throw new EngineError(
        'not-found',
        `no matching manifest for ${formatPlatform(platform)} in the manifest list entries: ${familiarReference(this.#reference)} is there for ${offered.join(', ') || 'no platform'}`,
      )
    }
    const own = await this.#manifest(chosen.digest, following)
    const inner = parseManifest(own.bytes, own.contentType)
    if (inner.kind !== 'manifest')
      throw new EngineError('invalid', 'the image is a list of lists, which is not supported')
    return resolved(top.digest, own, inner.manifest)
  }

  /** A blob's bytes, resumed where a connection breaks. Not verified: the store does that. */
  blob(descriptor: Descriptor, following: Following = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const send = (headers: Readonly<Record<string, string>>) =>
      this.#ask(`/blobs/${descriptor.digest}`, headers, 'blob', following)
    return readBlob(send, descriptor, this.#transport, following)
  }

  /** All tags, page by page. */
  async tags(following: Following = {}): Promise<readonly string[]> {
    const tags: string[] = []
    for (let path: string | null = '/tags/list'; path !== null; ) {
      const answer: Answer = await this.#ask(path, {}, 'listing', following)
      const page = JSON.parse((await readAll(answer, MAX_LIST_BYTES)).toString('utf8')) as {
        tags?: string[] | null
      }
      tags.push(...(page.tags ?? []))
      path = nextPage(answer.headers.link, this.#base)
    }
    return tags
  }

  async #manifest(reference: string, following: Following) {
    const answer = await this.#ask(
      `/manifests/${reference}`,
      { accept: ACCEPTED_MANIFESTS.join(', ') },
      'manifest',
      following,
    )
    const bytes = await readAll(answer, MAX_MANIFEST_BYTES)
    const digest = digestOf(bytes)
    const said = isDigest(reference) ? reference : answer.headers['docker-content-digest']
    if (typeof said === 'string' && isDigest(said) && said !== digest) {
      throw new EngineError(
        'invalid',
        `manifest verification failed for digest ${said}: the registry sent ${digest} for ${familiarReference(this.#reference)}`,
      )
    }
    const contentType = answer.headers['content-type']
    return { bytes, digest, contentType: typeof contentType === 'string' ? contentType : undefined }
  }

  async #ask(
    path: string,
    headers: Readonly<Record<string, string>>,
    what: 'manifest' | 'blob' | 'listing',
    following: Following,
  ): Promise<Answer> {
    const name = what === 'manifest' ? familiarReference(this.#reference) : familiarName(this.#reference)
    const ask: Ask = {
      url: `${this.#base}${path}`,
      headers,
      signal: following.signal,
      onRetry: following.onRetry,
    }
    let answer: Answer
    try {
      answer = await this.#authenticator.send(ask)
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      const code = error.status === 401 ? 'UNAUTHORIZED' : error.status === 403 ? 'DENIED' : ''
      throw refused({ status: error.status, code, message: error.message }, name, what)
    }
    if (answer.statusCode < 300) return answer
    const body = (await readAll(answer, 64 * 1024).catch(() => Buffer.alloc(0))).toString('utf8')
    const refusal = readRefusal(answer.statusCode, body)
    const anonymous =
      refusal.status === 401 && refusal.message === ''
        ? { ...refusal, message: 'authentication required' }
        : refusal
    throw refused(anonymous, name, what)
  }
}

function resolved(
  digest: Digest,
  own: { readonly bytes: Buffer; readonly digest: Digest; readonly contentType: string | undefined },
  manifest: Manifest,
): Resolved {
  const mediaType = manifest.mediaType ?? own.contentType ?? OCI_MANIFEST
  return {
    digest,
    manifestDescriptor: { mediaType, digest: own.digest, size: own.bytes.length },
    manifest,
    bytes: own.bytes,
  }
}

async function readAll(answer: Answer, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += (chunk as Uint8Array).length
    if (size > limit)
      throw new EngineError('invalid', `the registry's answer is larger than ${limit} bytes: refused`)
    chunks.push(chunk as Uint8Array)
  }
  return Buffer.concat(chunks)
}

/** The path of the next page (RFC 8288), below `base`; null at the last. */
function nextPage(link: string | string[] | undefined, base: string): string | null {
  const match = /<([^>]+)>\s*;\s*rel="?next"?/.exec([link ?? []].flat().join(','))
  if (!match?.[1]) return null
  const next = new URL(match[1], base)
  return next.href.startsWith(`${base}/`) ? next.href.slice(base.length) : null
}
