/**
 * Router: the contract on top of the services, a file a domain, and the server that answers one window's channel.
 * This file is that server. It knows frames, credit and cancellation, and nothing of sockets or ports (rpc-channels.ts).
 */
import type { AnyRouter, Context } from '@orpc/server'
import { createProcedureClient, getRouter, isProcedure, unlazy } from '@orpc/server'
import { EngineError } from '../../engine/errors.ts'
import type { CallId, ClientFrame, ServerFrame } from '../contract/wire.ts'
import { costOf } from './cost.ts'
import { toWireError } from './failure.ts'

/** One window's two-way pipe of batches. */
export interface ServerChannel {
  /** Sends now; throws nothing when the other end is gone. */
  send(batch: readonly ServerFrame[]): void
  onBatch(listener: (batch: readonly ClientFrame[]) => void): void
  onClose(listener: () => void): void
}

/** How much of one stream may be under way to a consumer that has not taken it. */
export const CREDIT_BYTES = 1024 * 1024
/** A batch of this size is sent at once and the event loop gets its turn, so that one stream cannot starve others. */
const BATCH_BYTES = 64 * 1024

/** Calls of one window that may be under way; far more than a page of 500 rows asks for at once. */
export const MAX_CALLS = 4096

const TOO_MANY = 'This window has asked for too much at once. Wait for some of it, or reload the window.'

/** What the server remembers of one unanswered call. */
interface Call {
  readonly abort: AbortController
  /** Bytes sent and not yet given back. */
  outstanding: number
  /** Resolves the pump's wait for credit. */
  wake: (() => void) | null
  iterator: AsyncIterator<unknown> | null
}

/** Answers the calls of `channel` with `router` until it closes, which cancels what is still running. */
export function serveChannel<T extends AnyRouter>(router: T, context: Context, channel: ServerChannel): void {
  const calls = new Map<CallId, Call>()
  const outbox = new Outbox(channel)

  async function answer(id: CallId, path: readonly string[], input: unknown): Promise<void> {
    const call: Call = { abort: new AbortController(), outstanding: 0, wake: null, iterator: null }
    calls.set(id, call)
    try {
      const procedure = await find(router, path)
      const output = await procedure({ context, input, signal: call.abort.signal })
      if (!isIterator(output)) {
        outbox.add(['value', id, output])
        return
      }
      call.iterator = output
      outbox.add(['open', id])
      await pump(id, call, output, outbox)
    } catch (error) {
      if (!call.abort.signal.aborted) outbox.add(['fail', id, toWireError(error)])
    } finally {
      calls.delete(id)
    }
  }

  function cancel(call: Call): void {
    call.abort.abort()
    call.wake?.()
    // A generator that waits on nothing but its consumer ends here; one that waits elsewhere ends by the signal.
    call.iterator?.return?.().then(undefined, () => {})
  }

  channel.onBatch((batch) => {
    for (const frame of batch) {
      if (!Array.isArray(frame)) continue
      const call = calls.get(frame[1])
      if (frame[0] === 'call') {
        if (call !== undefined || !isPath(frame[2])) continue
        if (calls.size < MAX_CALLS) void answer(frame[1], frame[2], frame[3])
        else outbox.add(['fail', frame[1], toWireError(new EngineError('unavailable', TOO_MANY))])
      } else if (call !== undefined && frame[0] === 'credit' && frame[2] > 0) {
        call.outstanding -= frame[2]
        call.wake?.()
      } else if (call !== undefined && frame[0] === 'cancel') {
        cancel(call)
      }
    }
  })
  channel.onClose(() => {
    outbox.close()
    for (const call of calls.values()) cancel(call)
  })
}

/** Moves items from the iterator to the wire, never more than the credit ahead of the consumer. */
async function pump(id: CallId, call: Call, iterator: AsyncIterator<unknown>, outbox: Outbox): Promise<void> {
  const signal = call.abort.signal
  while (!signal.aborted) {
    if (call.outstanding >= CREDIT_BYTES) {
      await new Promise<void>((resolve) => {
        call.wake = resolve
      })
      call.wake = null
      continue
    }
    const result = await iterator.next()
    if (signal.aborted) break
    if (result.done) {
      outbox.add(['end', id])
      return
    }
    const cost = costOf(result.value)
    call.outstanding += cost
    if (outbox.addItem(id, result.value, cost)) await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Frames of this turn of the event loop; sent together. */
class Outbox {
  readonly #channel: ServerChannel
  #frames: ServerFrame[] = []
  #bytes = 0
  #scheduled = false
  #closed = false

  constructor(channel: ServerChannel) {
    this.#channel = channel
  }

  add(frame: ServerFrame): void {
    this.#frames.push(frame)
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#flush())
  }

  /** Adds an item to its stream's frame; true when the batch was full and has been sent. */
  addItem(id: CallId, item: unknown, cost: number): boolean {
    const last = this.#frames.at(-1)
    if (last?.[0] === 'items' && last[1] === id) {
      ;(last[2] as unknown[]).push(item)
      ;(last[3] as number[]).push(cost)
    } else {
      this.add(['items', id, [item], [cost]])
    }
    this.#bytes += cost
    if (this.#bytes < BATCH_BYTES) return false
    this.#flush()
    return true
  }

  close(): void {
    this.#closed = true
    this.#frames = []
  }

  #flush(): void {
    this.#scheduled = false
    if (this.#frames.length === 0 || this.#closed) return
    const batch = this.#frames
    this.#frames = []
    this.#bytes = 0
    this.#channel.send(batch)
  }
}

type Invoke = (options: { context: Context; input: unknown; signal: AbortSignal }) => Promise<unknown>

async function find(router: AnyRouter, path: readonly string[]): Promise<Invoke> {
  const { default: procedure } = await unlazy(getRouter(router, [...path]))
  if (!isProcedure(procedure)) throw new Error(`there is no call named ${path.join('.')}`)
  return ({ context, input, signal }) =>
    createProcedureClient(procedure, { path: [...path], context })(input, { signal })
}

function isPath(path: unknown): path is readonly string[] {
  return Array.isArray(path) && path.length > 0 && path.length < 8 && path.every((p) => typeof p === 'string')
}

function isIterator(output: unknown): output is AsyncIteratorObject<unknown> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output && 'next' in output
}
