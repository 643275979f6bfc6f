/** A blob over connections that may break: read on from where the last one ended (RFC 9110, Range). */
import { EngineError, isEngineError } from '../errors.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { brokenOff, isPassing } from './failure.ts'
import { type Answer, ATTEMPTS, cancelled, pause, type Transport } from './transport.ts'

/**
 * Yields the bytes of `descriptor`. `send` asks for the blob with the given headers. Gives up with `unavailable`
 * after five tries in a row that brought nothing.
 */
export async function* readBlob(
  send: (headers: Readonly<Record<string, string>>) => Promise<Answer>,
  descriptor: Descriptor,
  transport: Transport,
  following: {
    readonly signal?: AbortSignal | undefined
    readonly onRetry?: ((seconds: number) => void) | undefined
  },
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal, onRetry } = following
  let at = 0
  for (let fruitless = 0; ; ) {
    const before = at
    let failure: unknown = new EngineError(
      'unavailable',
      `the registry sends only ${before} bytes of ${descriptor.digest}, whose size is ${descriptor.size}`,
    )
    let answer: Answer | null = null
    try {
      answer = await send(at === 0 ? {} : { range: `bytes=${at}-` })
      let skip = bytesToSkip(answer, at, descriptor)
      refuseOtherSize(answer, at - skip, descriptor)
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
        if (skip >= chunk.length) {
          skip -= chunk.length
          continue
        }
        const fresh = skip > 0 ? chunk.subarray(skip) : chunk
        skip = 0
        at += fresh.length
        yield fresh
      }
      if (at >= descriptor.size) return
    } catch (error) {
      if (signal?.aborted) throw cancelled(error)
      // In the middle of a blob a registry that is gone may be one that restarts.
      const restarting = at > 0 && answer === null && isEngineError(error, 'unavailable')
      if (!restarting && !isPassing(error)) throw brokenOff(error, descriptor.digest)
      failure = error
    } finally {
      answer?.body.on('error', () => {}) // whoever stops reading early must not bring the engine down
      answer?.body.destroy()
    }
    fruitless = at > before ? 1 : fruitless + 1
    if (fruitless >= ATTEMPTS) throw brokenOff(failure, descriptor.digest)
    const wait = transport.backoff(fruitless)
    onRetry?.(Math.ceil(wait / 1000))
    await pause(wait, signal)
  }
}

/** Some servers ignore Range and send all of it again. */
function bytesToSkip(answer: Answer, at: number, descriptor: Descriptor): number {
  if (answer.statusCode !== 206) return at
  const start = /^bytes (\d+)-/.exec(String(answer.headers['content-range'] ?? ''))?.[1]
  if (start !== undefined && Number(start) <= at) return at - Number(start)
  throw new EngineError(
    'unavailable',
    `the registry resumed ${descriptor.digest} at another place than asked for`,
  )
}

/** An answer that announces another size than the manifest is no broken connection: trying again would not help. */
function refuseOtherSize(answer: Answer, start: number, descriptor: Descriptor): void {
  const length = answer.headers['content-length']
  if (typeof length !== 'string' || answer.headers['content-encoding'] !== undefined) return
  const size = start + Number(length)
  if (size === descriptor.size) return
  throw new EngineError(
    'invalid',
    `the registry's copy of ${descriptor.digest} has the wrong size: ${size} bytes instead of ${descriptor.size}`,
  )
}
