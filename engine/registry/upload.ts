/** A blob on its way into a registry (distribution spec v1.1, "Push"): only when missing, resumed where it was cut. */
import { EngineError, isEngineError } from '../errors.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { brokenOff, isPassing } from './failure.ts'
import { type Answer, ATTEMPTS, cancelled, pause, type Transport } from './transport.ts'
import type { Following, Wire } from './wire.ts'

/** Other repositories of the registry that are asked to lend a blob, at most. */
const MOUNT_ATTEMPTS = 3
/** Milliseconds for taking an upload back. */
const GOODBYE_MS = 2_000

/** What is uploaded. */
export interface Upload {
  readonly descriptor: Descriptor
  /** Paths of repositories of the same registry that should have it. */
  readonly mountFrom: readonly string[]
  /** All bytes, from the start; called again for each attempt. */
  readonly read: () => AsyncIterable<Uint8Array>
  /** Bytes sent so far. */
  readonly onProgress?: (current: number) => void
}

/** How the registry came to have the blob. */
export type Uploaded =
  | { readonly kind: 'exists' | 'sent' }
  | { readonly kind: 'mounted'; readonly from: string }

/** Makes the registry have the blob. Throws `unauthorized`, `forbidden`, `unavailable`, `cancelled`. */
export async function uploadBlob(
  wire: Wire,
  transport: Transport,
  upload: Upload,
  following: Following,
): Promise<Uploaded> {
  const { digest } = upload.descriptor
  if (await has(wire, digest, following)) return { kind: 'exists' }
  let session: string | null = null
  for (const from of upload.mountFrom.slice(0, MOUNT_ATTEMPTS)) {
    if (session !== null) await abandon(wire, session, following)
    const query = `?mount=${digest}&from=${encodeURIComponent(from)}`
    const answer = await wire.send(
      { method: 'POST', to: `/blobs/uploads/${query}`, headers: EMPTY },
      following,
    )
    if (answer.statusCode === 201) {
      await answer.body.dump().catch(() => {})
      return { kind: 'mounted', from }
    }
    session = await sessionOf(wire, answer, following)
  }
  await new Sending(wire, transport, upload, following).run(session)
  return { kind: 'sent' }
}

const EMPTY = { 'content-length': '0' }

async function has(wire: Wire, digest: string, following: Following): Promise<boolean> {
  const answer = await wire.send({ method: 'HEAD', to: `/blobs/${digest}` }, following)
  await answer.body.dump().catch(() => {})
  return answer.statusCode === 200
}

/** The address of the upload that `answer` has opened. */
async function sessionOf(wire: Wire, answer: Answer, following: Following): Promise<string> {
  const { location } = answer.headers
  if (answer.statusCode !== 202) throw await wire.refusal(answer, 'push')
  await answer.body.dump().catch(() => {})
  if (typeof location !== 'string') {
    throw new EngineError('unavailable', 'the registry opened an upload and did not say where')
  }
  return wire.locate(location, following)
}

/** Tells the registry that an upload will not come; it forgets by itself otherwise. */
async function abandon(wire: Wire, session: string, following: Following): Promise<void> {
  const answer = await wire.send({ method: 'DELETE', to: session, once: true }, following).catch(() => null)
  await answer?.body.dump().catch(() => {})
}

/**
 * One blob's bytes over as many connections as it takes. A registry that keeps what came of a request that was cut is
 * sent the rest; docker-registry (2.8) throws it away and answers 404, and gets all of it again.
 */
class Sending {
  readonly #wire: Wire
  readonly #transport: Transport
  readonly #upload: Upload
  readonly #following: Following
  /** Bytes that the registry is known to have. */
  #at = 0

  constructor(wire: Wire, transport: Transport, upload: Upload, following: Following) {
    this.#wire = wire
    this.#transport = transport
    this.#upload = upload
    this.#following = following
  }

  async run(opened: string | null): Promise<void> {
    const { digest } = this.#upload.descriptor
    const { signal, onRetry } = this.#following
    let session = opened
    for (let fruitless = 0; ; ) {
      const before = this.#at
      let failure: unknown
      try {
        session ??= await this.#open()
        session = await this.#send(session)
        if (await this.#close(session)) return
        failure = new EngineError('unavailable', `the registry has lost the upload of ${digest}`)
      } catch (error) {
        if (signal?.aborted) {
          // An upload that nobody ends would take room for days; whoever has left should not wait long for it.
          const soon = AbortSignal.timeout(GOODBYE_MS)
          if (session !== null) await abandon(this.#wire, session, { signal: soon })
          throw cancelled(error)
        }
        const restarting = this.#at > 0 && isEngineError(error, 'unavailable')
        if (!restarting && !isPassing(error) && !(error instanceof Interrupted)) throw error
        failure = error instanceof Interrupted ? error.cause : error
      }
      fruitless = this.#at > before ? 1 : fruitless + 1
      if (fruitless >= ATTEMPTS) throw brokenOff(failure, digest, 'upload')
      const wait = this.#transport.backoff(fruitless)
      onRetry?.(Math.ceil(wait / 1000))
      await pause(wait, signal)
      session = session === null ? null : await this.#where(session)
    }
  }

  async #open(): Promise<string> {
    this.#at = 0
    const request = { method: 'POST', to: '/blobs/uploads/', headers: EMPTY } as const
    return sessionOf(this.#wire, await this.#wire.send(request, this.#following), this.#following)
  }

  /** Sends what the registry has not; answers where to go on. */
  async #send(session: string): Promise<string> {
    const { descriptor, read, onProgress } = this.#upload
    const from = this.#at
    if (from >= descriptor.size) return session
    let sent = from
    const watch = new Watchdog(this.#transport.patience.stallMs)
    const body = () =>
      watch.over(
        counted(skipping(read(), from), (bytes) => {
          sent += bytes
          onProgress?.(sent)
        }),
      )
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(descriptor.size - from),
      ...(from > 0 ? { 'content-range': `${from}-${descriptor.size - 1}` } : {}),
    }
    const request = { method: 'PATCH', to: session, headers, body, once: true } as const
    const { signal } = this.#following
    const either = signal ? AbortSignal.any([signal, watch.signal]) : watch.signal
    const following = { ...this.#following, signal: either }
    const answer = await this.#wire.send(request, following).catch((error: unknown) => {
      if (!watch.signal.aborted || signal?.aborted) throw error
      throw new Interrupted(
        new EngineError('unavailable', 'the registry takes no more bytes', { cause: error }),
      )
    })
    if (answer.statusCode >= 300) {
      const error = await this.#wire.refusal(answer, 'push')
      // Busy, or of another opinion about where to go on: asked again. Whatever else it says, it means.
      const passing = answer.statusCode >= 500 || [401, 404, 416, 429].includes(answer.statusCode)
      throw passing ? new Interrupted(error) : error
    }
    await answer.body.dump().catch(() => {})
    this.#at = descriptor.size
    const { location } = answer.headers
    return typeof location === 'string' ? this.#wire.locate(location, this.#following) : session
  }

  /** Ends the upload: true when the registry has the blob, false when it has forgotten all of it. */
  async #close(session: string): Promise<boolean> {
    const { digest } = this.#upload.descriptor
    const url = new URL(session)
    url.searchParams.set('digest', digest)
    const request = { method: 'PUT', to: url.href, headers: EMPTY } as const
    const answer = await this.#wire.send(request, this.#following)
    if (answer.statusCode >= 300) {
      // The answer to an earlier try may have been lost on its way.
      if (answer.statusCode === 404) {
        await answer.body.dump().catch(() => {})
        return has(this.#wire, digest, this.#following)
      }
      throw await this.#wire.refusal(answer, 'push')
    }
    await answer.body.dump().catch(() => {})
    return true
  }

  /** Where the upload stands; null when there is none any more. */
  async #where(session: string): Promise<string | null> {
    const answer = await this.#wire.send({ to: session }, this.#following)
    await answer.body.dump().catch(() => {})
    const end = /(\d+)$/.exec(String(answer.headers.range ?? ''))?.[1]
    if (answer.statusCode >= 300 || end === undefined) return null
    // `0-0` is what registries say of nothing, and of one byte: sending one byte twice would be refused.
    this.#at = Number(end) === 0 ? 0 : Math.min(Number(end) + 1, this.#upload.descriptor.size)
    const { location } = answer.headers
    return typeof location === 'string' ? this.#wire.locate(location, this.#following) : session
  }
}

/** A refusal in the middle of an upload that may pass. */
class Interrupted extends Error {
  constructor(cause: EngineError) {
    super(cause.message, { cause })
  }
}

/** Tells when nobody has taken a byte for so long. */
class Watchdog {
  readonly #stallMs: number
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor(stallMs: number) {
    this.#stallMs = stallMs
  }

  /** Aborted when it has happened. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  async *over(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source) {
        this.#timer = setTimeout(() => this.#abort.abort(), this.#stallMs)
        yield chunk
        clearTimeout(this.#timer)
      }
    } finally {
      clearTimeout(this.#timer)
    }
  }
}

async function* skipping(source: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let skip = bytes
  for await (const chunk of source) {
    if (skip < chunk.length) yield skip > 0 ? chunk.subarray(skip) : chunk
    skip = Math.max(0, skip - chunk.length)
  }
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  tell: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    yield chunk
    tell(chunk.length)
  }
}
