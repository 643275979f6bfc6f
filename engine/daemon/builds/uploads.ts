/**
 * Contexts that a client sends in a request of their own: docker's CLI asks for a BuildKit build of its standard
 * input by one request, and sends it by another, in either order.
 */
import type { Readable } from 'node:stream'
import { EngineError } from '../../errors.ts'

/** How long either waits for the other, as Docker does. */
const PATIENCE_MS = 5_000

interface Upload {
  readonly body: PromiseWithResolvers<Readable>
  readonly taken: PromiseWithResolvers<void>
  readonly done: PromiseWithResolvers<void>
}

export class Uploads {
  readonly #uploads = new Map<string, Upload>()

  /** Offers the context of a build; resolves when it has been used. Throws `unavailable` when no build asks for it. */
  async offer(buildId: string, body: Readable, signal: AbortSignal): Promise<void> {
    const upload = this.#upload(buildId)
    upload.body.resolve(body)
    try {
      await within(upload.taken.promise, signal, 'no build asked for the context that was sent')
      await untilAborted(upload.done.promise, signal)
    } finally {
      this.#uploads.delete(buildId)
    }
  }

  /** The context of a build. Throws `unavailable` when it is not sent. */
  async take(buildId: string, signal: AbortSignal): Promise<Readable> {
    const upload = this.#upload(buildId)
    const body = await within(upload.body.promise, signal, 'the build context was not sent')
    upload.taken.resolve()
    return body
  }

  /** The build has all it needs. */
  done(buildId: string): void {
    this.#uploads.get(buildId)?.done.resolve()
  }

  #upload(buildId: string): Upload {
    const known = this.#uploads.get(buildId)
    if (known) return known
    const made: Upload = {
      body: Promise.withResolvers(),
      taken: Promise.withResolvers(),
      done: Promise.withResolvers(),
    }
    this.#uploads.set(buildId, made)
    return made
  }
}

async function within<T>(promise: Promise<T>, signal: AbortSignal, why: string): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new EngineError('unavailable', why)), PATIENCE_MS)
  try {
    return await untilAborted(Promise.race([promise, over]), signal)
  } finally {
    clearTimeout(timer)
  }
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: left, reject } = Promise.withResolvers<never>()
  const leave = () => reject(new EngineError('cancelled', 'the client went away'))
  signal.addEventListener('abort', leave)
  if (signal.aborted) leave()
  try {
    return await Promise.race([promise, left])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
