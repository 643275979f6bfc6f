/** One repository of a registry: its manifests, blobs and tags (distribution spec v1.1, "Pull"). */
import { EngineError } from '../errors.ts'
import type { Descriptor, Digest, Manifest, Platform } from '../oci/descriptor.ts'
import { digestOf, isDigest, verified } from '../oci/digest.ts'
import { ACCEPTED_MANIFESTS, OCI_INDEX, OCI_MANIFEST } from '../oci/media-types.ts'
import { type ParsedManifest, parseManifest } from '../oci/parse.ts'
import { choosePlatform, formatPlatform } from '../oci/platform.ts'
import { familiarReference } from '../oci/reference.ts'
import { readBlob } from './blob.ts'
import { readAll } from './read-all.ts'
import type { Transport } from './transport.ts'
import type { Following, Wire } from './wire.ts'

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
  /** The index it was chosen from; null when the name stands for one image alone. */
  readonly index: Fetched | null
}

/** A manifest or index as a registry has it, verified by its digest. */
export interface Fetched {
  readonly descriptor: Descriptor
  readonly bytes: Buffer
  readonly parsed: ParsedManifest
}

/** Made by `Registry.repository`. */
export class Repository {
  readonly #wire: Wire
  readonly #transport: Transport

  constructor(wire: Wire, transport: Transport) {
    this.#wire = wire
    this.#transport = transport
  }

  /**
   * The manifest of the image that the reference (tag or digest) means on `platform`. Verified by digest.
   * Throws `not-found` when there is none or access is denied, `invalid` for lies, `unavailable`.
   */
  async resolve(platform: Platform, following: Following = {}): Promise<Resolved> {
    const top = await this.manifest(undefined, following)
    if (top.parsed.kind === 'manifest') return resolved(top, top.parsed.manifest, null)
    const { index } = top.parsed
    const chosen = choosePlatform(index, platform)
    if (!chosen) {
      const offered = index.manifests.flatMap((entry) =>
        entry.platform && entry.platform.os !== 'unknown' ? [formatPlatform(entry.platform)] : [],
      )
      throw new EngineError(
        'not-found',
        `no matching manifest for ${formatPlatform(platform)} in the manifest list entries: ${familiarReference(this.#wire.reference)} is there for ${offered.join(', ') || 'no platform'}`,
      )
    }
    const own = await this.manifest(chosen.digest, following)
    if (own.parsed.kind !== 'manifest')
      throw new EngineError('invalid', 'the image is a list of lists, which is not supported')
    return resolved(own, own.parsed.manifest, top)
  }

  /** A config or another small blob, verified. Throws `invalid` above 8 MiB. */
  async document(descriptor: Descriptor, following: Following = {}): Promise<Buffer> {
    if (descriptor.size > MAX_MANIFEST_BYTES) {
      throw new EngineError(
        'invalid',
        `the image's config has ${descriptor.size} bytes, more than any real one: refused`,
      )
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of verified(this.blob(descriptor, following), descriptor)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  /** A blob's bytes, resumed where a connection breaks. Not verified: the store does that. */
  blob(descriptor: Descriptor, following: Following = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const send = (headers: Readonly<Record<string, string>>) =>
      this.#wire.read({ to: `/blobs/${descriptor.digest}`, headers }, 'blob', following, (answer) =>
        Promise.resolve(answer),
      )
    return readBlob(send, descriptor, this.#transport, following)
  }

  /** All tags, page by page. */
  async tags(following: Following = {}): Promise<readonly string[]> {
    const tags: string[] = []
    for (let to: string | null = '/tags/list'; to !== null; ) {
      const page: TagsPage = await this.#wire.read({ to }, 'listing', following, async (answer) => ({
        tags: parseTags(await readAll(answer, MAX_LIST_BYTES)),
        next: nextPage(answer.headers.link),
      }))
      tags.push(...page.tags)
      to = page.next
    }
    return tags
  }

  /**
   * What a tag or digest names, by default the reference's own. Throws `not-found`, `invalid` for lies and for what is
   * no manifest, `unavailable`.
   */
  manifest(
    name: string = this.#wire.reference.digest ?? this.#wire.reference.tag ?? 'latest',
    following: Following = {},
  ): Promise<Fetched> {
    const request = { to: `/manifests/${name}`, headers: { accept: ACCEPTED_MANIFESTS.join(', ') } }
    return this.#wire.read(request, 'manifest', following, async (answer) => {
      const bytes = await readAll(answer, MAX_MANIFEST_BYTES)
      const digest = digestOf(bytes)
      const said = isDigest(name) ? name : answer.headers['docker-content-digest']
      if (typeof said === 'string' && isDigest(said) && said !== digest) {
        throw new EngineError(
          'invalid',
          `manifest verification failed for digest ${said}: the registry sent ${digest} for ${familiarReference(this.#wire.reference)}`,
        )
      }
      const header = answer.headers['content-type']
      const contentType = typeof header === 'string' ? header : undefined
      const parsed = parseManifest(bytes, contentType)
      const document = parsed.kind === 'manifest' ? parsed.manifest : parsed.index
      const fallback = parsed.kind === 'manifest' ? OCI_MANIFEST : OCI_INDEX
      const mediaType = document.mediaType ?? contentType?.split(';')[0]?.trim() ?? fallback
      return { descriptor: { mediaType, digest, size: bytes.length }, bytes, parsed }
    })
  }
}

interface TagsPage {
  readonly tags: readonly string[]
  readonly next: string | null
}

function resolved(own: Fetched, manifest: Manifest, index: Fetched | null): Resolved {
  return {
    digest: (index ?? own).descriptor.digest,
    manifestDescriptor: own.descriptor,
    manifest,
    bytes: own.bytes,
    index,
  }
}

function parseTags(bytes: Buffer): readonly string[] {
  try {
    const { tags } = JSON.parse(bytes.toString('utf8')) as { tags?: unknown }
    if (tags === null || tags === undefined) return []
    if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return tags
  } catch {
    // told below
  }
  throw new EngineError('unavailable', 'the registry answered with no list of tags')
}

/** The next page (RFC 8288) as a path below the repository; null at the last. */
function nextPage(link: string | string[] | undefined): string | null {
  const match = /<([^>]+)>\s*;\s*rel="?next"?/.exec([link ?? []].flat().join(','))
  const query = match?.[1]?.split('?')[1]
  return query === undefined ? null : `/tags/list?${query}`
}
