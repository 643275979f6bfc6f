/**
 * A connection that outlives its channels: it dials, and dials again with back-off when the channel is lost.
 * Calls under way then fail with a typed UNAVAILABLE (those marked `safe` are asked again on the next channel);
 * streams fail too, and `subscribe` opens them anew.
 */
import type { ClientLink } from '@orpc/client'
import { ORPCError } from '@orpc/client'
import type { Failure } from '../../electron/contract/failures.ts'
import type { ClientFrame, ServerFrame } from '../../electron/contract/wire.ts'
import { Calls } from './calls.ts'

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'reconnecting'; readonly attempt: number; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string } // for good: signed out, or closed

/** What a call may say of itself: `safe` when asking twice does no harm. */
export interface CallContext {
  readonly safe?: boolean
}

/** An open channel, as a dialler gives it. */
export interface ClientChannel {
  send(batch: readonly ClientFrame[]): void
  close(): void
}

/** What the connection wants to hear from a channel. `onClose` comes once. */
export interface ChannelListener {
  onBatch(batch: readonly ServerFrame[]): void
  onClose(reason: string): void
}

/** Opens a channel. Rejects when it cannot; with `RefusedError` when trying again is of no use. */
export type Dial = (listener: ChannelListener) => Promise<ClientChannel>

/** The services do not let this window in (a used or forgotten sign-in): no retry helps. */
export class RefusedError extends Error {}

/** The cause of the UNAVAILABLE that calls get when the channel went away beneath them. */
export class LinkDownError extends Error {}

/** True when a call or stream failed because the channel was lost, not because of what was asked. */
export function isLinkDown(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof LinkDownError
}

/** A link for `createClient`, with its state. */
export interface Connection extends ClientLink<CallContext> {
  readonly state: ConnectionState
  /** Tells each change of state; answers how to stop. */
  onState(listener: (state: ConnectionState) => void): () => void
  /** Resolves when connected; rejects when lost for good or aborted. */
  ready(signal?: AbortSignal): Promise<void>
  /** Ends the back-off's wait and tries now. */
  retry(): void
  close(): void
}

const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 5000

/** Connects, and stays connected until `close`. */
export function connect(dial: Dial): Connection {
  return new Dialling(dial)
}

class Dialling implements Connection {
  readonly #dial: Dial
  readonly #listeners = new Set<(state: ConnectionState) => void>()
  #state: ConnectionState = { kind: 'connecting' }
  #channel: ClientChannel | null = null
  #calls: Calls | null = null
  #wakeUp: (() => void) | null = null

  constructor(dial: Dial) {
    this.#dial = dial
    void this.#run()
  }

  get state(): ConnectionState {
    return this.#state
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async call(
    path: readonly string[],
    input: unknown,
    options: { readonly signal?: AbortSignal; readonly context: CallContext },
  ): Promise<unknown> {
    for (;;) {
      await this.ready(options.signal)
      try {
        if (!this.#calls) throw linkDown('the connection was lost')
        return await this.#calls.call(path, input, options.signal)
      } catch (error) {
        if (!options.context.safe || !isLinkDown(error)) throw error
      }
    }
  }

  ready(signal?: AbortSignal): Promise<void> {
    if (this.#state.kind === 'connected') return Promise.resolve()
    if (this.#state.kind === 'lost') return Promise.reject(linkDown(this.#state.reason))
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        stop()
        signal?.removeEventListener('abort', onAbort)
        settle()
      }
      const stop = this.onState((state) => {
        if (state.kind === 'connected') finish(resolve)
        if (state.kind === 'lost') finish(() => reject(linkDown(state.reason)))
      })
      const onAbort = () => finish(() => reject(signal?.reason))
      if (signal?.aborted) onAbort()
      else signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  retry(): void {
    this.#wakeUp?.()
  }

  close(): void {
    this.#set({ kind: 'lost', reason: 'the connection was closed' })
    this.#wakeUp?.()
    this.#channel?.close()
    this.#calls?.lose(linkDown('the connection was closed'))
  }

  /** Dials until the connection is lost for good, one channel after the other. */
  async #run(): Promise<void> {
    for (let attempt = 1; !this.#isLost(); attempt++) {
      try {
        const reason = await this.#serveOne(() => {
          attempt = 0
        })
        this.#reconnecting(attempt + 1, reason)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        if (error instanceof RefusedError) {
          this.#set({ kind: 'lost', reason })
          return
        }
        this.#reconnecting(attempt, reason)
      }
      if (attempt > 0) await this.#wait(Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS))
    }
  }

  /** Opens one channel and resolves, with the reason, when it has closed. */
  async #serveOne(onOpen: () => void): Promise<string> {
    const closed = Promise.withResolvers<string>()
    let calls: Calls | null = null
    const channel = await this.#dial({
      onBatch: (batch) => calls?.receive(batch),
      onClose: (reason) => closed.resolve(reason),
    })
    if (this.#isLost()) {
      channel.close()
      return 'closed'
    }
    calls = new Calls((batch) => channel.send(batch))
    this.#channel = channel
    this.#calls = calls
    onOpen()
    this.#set({ kind: 'connected' })
    const reason = await closed.promise
    this.#channel = null
    this.#calls = null
    this.#reconnecting(1, reason)
    calls.lose(linkDown(reason))
    return reason
  }

  #isLost(): boolean {
    return this.#state.kind === 'lost'
  }

  #reconnecting(attempt: number, reason: string): void {
    if (!this.#isLost()) this.#set({ kind: 'reconnecting', attempt, reason })
  }

  #set(state: ConnectionState): void {
    this.#state = state
    for (const listener of [...this.#listeners]) listener(state)
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.#wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function linkDown(reason: string): ORPCError<'UNAVAILABLE', Failure> {
  const message = 'The window lost its connection to Longshore before this was answered.'
  return new ORPCError('UNAVAILABLE', {
    defined: true,
    message,
    data: {
      message,
      cause: reason,
      remedy: 'It reconnects by itself; check whether the act was done, then try again.',
    },
    cause: new LinkDownError(reason),
  })
}
