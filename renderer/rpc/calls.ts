/**
 * Rpc: the typed client, its links and their connection. No React here, and of the contract only types.
 * This file is the client's half of the wire: the calls of one channel, from its opening to its loss.
 */
import { createORPCErrorFromJson } from '@orpc/client'
import type { CallId, ClientFrame, ServerFrame, WireError } from '../../electron/contract/wire.ts'
import { Stream } from './stream.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  stream: Stream | null
}

/** The calls under way on one channel. */
export class Calls {
  readonly #send: (batch: readonly ClientFrame[]) => void
  readonly #waiting = new Map<CallId, Waiting>()
  #nextId = 1
  #outbox: ClientFrame[] = []
  #lost: unknown = null

  /** `send` may be called until `lose`. */
  constructor(send: (batch: readonly ClientFrame[]) => void) {
    this.#send = send
  }

  /** Resolves to the answer, or to a stream of items. Rejects with the server's typed error or what `lose` was told. */
  call(path: readonly string[], input: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      if (this.#lost !== null) return reject(this.#lost)
      const id = this.#nextId++
      const onAbort = () => {
        const waiting = this.#waiting.get(id)
        if (!waiting) return
        this.#waiting.delete(id)
        this.#queue(['cancel', id])
        if (waiting.stream) waiting.stream.fail(signal?.reason)
        else reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      const done = () => signal?.removeEventListener('abort', onAbort)
      this.#waiting.set(id, {
        stream: null,
        resolve(value) {
          // A stream may still be cancelled by the signal; a plain answer may not.
          if (!(value instanceof Stream)) done()
          resolve(value)
        },
        reject(error) {
          done()
          reject(error)
        },
      })
      this.#queue(['call', id, path, input])
    })
  }

  /** Takes a batch from the server. */
  receive(batch: readonly ServerFrame[]): void {
    for (const frame of batch) {
      const waiting = this.#waiting.get(frame[1])
      if (waiting) this.#take(frame, waiting)
    }
  }

  /** The channel is gone: everything under way fails with `error`. */
  lose(error: unknown): void {
    this.#lost = error
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const waiting of all) {
      if (waiting.stream) waiting.stream.fail(error)
      else waiting.reject(error)
    }
  }

  #take(frame: ServerFrame, waiting: Waiting): void {
    const id = frame[1]
    switch (frame[0]) {
      case 'value':
        this.#waiting.delete(id)
        waiting.resolve(frame[2])
        return
      case 'open':
        waiting.stream = new Stream({
          credit: (bytes) => this.#waiting.has(id) && this.#queue(['credit', id, bytes]),
          cancel: () => this.#waiting.delete(id) && this.#queue(['cancel', id]),
        })
        waiting.resolve(waiting.stream)
        return
      case 'items':
        waiting.stream?.push(frame[2], frame[3])
        return
      case 'end':
        this.#waiting.delete(id)
        waiting.stream?.end()
        return
      case 'fail':
        this.#waiting.delete(id)
        if (waiting.stream) waiting.stream.fail(toError(frame[2]))
        else waiting.reject(toError(frame[2]))
    }
  }

  #queue(frame: ClientFrame): true {
    if (this.#lost !== null) return true
    this.#outbox.push(frame)
    if (this.#outbox.length === 1) {
      queueMicrotask(() => {
        const batch = this.#outbox
        this.#outbox = []
        if (this.#lost === null) this.#send(batch)
      })
    }
    return true
  }
}

/** A typed error of the contract, as `isDefinedError` and `safe` of oRPC know it. */
export function toError(error: WireError): Error {
  return createORPCErrorFromJson({ defined: true, status: 500, ...error })
}
