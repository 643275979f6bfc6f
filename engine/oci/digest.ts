/** Digests: names of content by its SHA-256, and streams that prove it (image-spec descriptor.md, "Digests"). */
import { createHash } from 'node:crypto'
import { EngineError } from '../errors.ts'
import type { Digest } from './descriptor.ts'

const PATTERN = /^sha256:[0-9a-f]{64}$/

/** True for `sha256:` and 64 lower-case hex digits; no other algorithm is in use. */
export function isDigest(text: string): text is Digest {
  return PATTERN.test(text)
}

/** Throws `invalid` for anything but a SHA-256 digest. `what` names the place it was read from. */
export function parseDigest(text: unknown, what = 'digest'): Digest {
  if (typeof text === 'string' && isDigest(text)) return text
  throw new EngineError('invalid', `${what} is not a valid sha256 digest: ${JSON.stringify(text)}`)
}

/** The digest of bytes at hand. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** The 64 hex digits alone. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length)
}

/** Counts and hashes what passes. */
export class Digester {
  readonly #hash = createHash('sha256')
  /** Bytes seen so far. */
  size = 0

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk)
    this.size += chunk.length
  }

  /** To be called once, at the end. */
  digest(): Digest {
    return `sha256:${this.#hash.digest('hex')}`
  }
}

/** Passes `source` on, and lets `digester` see every byte. */
export async function* digested(
  source: AsyncIterable<Uint8Array>,
  digester: Digester,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of source) {
    digester.update(chunk)
    yield chunk
  }
}

/**
 * Passes `source` on and throws `invalid` when its bytes are not the expected ones: as soon as they are too many,
 * else at the end. Whoever consumes it to the end without an error holds the verified content.
 */
export async function* verified(
  source: AsyncIterable<Uint8Array>,
  expected: { readonly digest: Digest; readonly size?: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  const digester = new Digester()
  for await (const chunk of source) {
    digester.update(chunk)
    if (expected.size !== undefined && digester.size > expected.size) {
      throw new EngineError(
        'invalid',
        `the content of ${expected.digest} is larger than the ${expected.size} bytes announced: it is not to be trusted`,
      )
    }
    yield chunk
  }
  if (expected.size !== undefined && digester.size !== expected.size) {
    throw new EngineError(
      'invalid',
      `the content of ${expected.digest} ended after ${digester.size} of ${expected.size} bytes`,
    )
  }
  const actual = digester.digest()
  if (actual !== expected.digest) {
    throw new EngineError(
      'invalid',
      `content verification failed for digest ${expected.digest}: the bytes have ${actual}`,
    )
  }
}
