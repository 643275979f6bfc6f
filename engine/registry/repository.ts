/** One repository of a registry: its manifests, blobs and tags (distribution spec v1.1, "Pull"). */
import { EngineError } from '../errors.ts'
import type { Descriptor, Digest, Manifest, Platform } from '../oci/descriptor.ts'
import { digestOf, isDigest } from '../oci/digest.ts'
import { ACCEPTED_MANIFESTS, OCI_MANIFEST } from '../oci/media-types.ts'
import { parseManifest } from '../oci/parse.ts'
import { choosePlatform, formatPlatform } from '../oci/platform.ts'
import { familiarReference } from '../oci/reference.ts'
import { readBlob } from './blob.ts'
import type { Transport } from './transport.ts'
import { type Following, readAll, type Wire } from './wire.ts'

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
    const wanted = this.#wire.reference.digest ?? this.#wire.reference.tag ?? 'latest'
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
        `no matching manifest for ${formatPlatform(platform)} in the manifest list entries: ${familiarReference(this.#wire.reference)} is there for ${offered.join(', ') || 'no platform'}`,
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

  #manifest(reference: string, following: Following) {
    const request = {
      to: `/manifests/${reference}`,
      headers: { accept: ACCEPTED_MANIFESTS.join(', ') },
    }
    return this.#wire.read(request, 'manifest', following, async (answer) => {
      const bytes = await readAll(answer, MAX_MANIFEST_BYTES)
      const digest = digestOf(bytes)
      const said = isDigest(reference) ? reference : answer.headers['docker-content-digest']
      if (typeof said === 'string' && isDigest(said) && said !== digest) {
        throw new EngineError(
          'invalid',
          `manifest verification failed for digest ${said}: the registry sent ${digest} for ${familiarReference(this.#wire.reference)}`,
        )
      }
      const contentType = answer.headers['content-type']
      return { bytes, digest, contentType: typeof contentType === 'string' ? contentType : undefined }
    })
  }
}

interface TagsPage {
  readonly tags: readonly string[]
  readonly next: string | null
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
