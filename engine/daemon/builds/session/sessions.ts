/** The sessions that are open, by id. A build may ask for one before its connection is here. */
import type { Duplex } from 'node:stream'
import { EngineError } from '../../../errors.ts'
import { Session, type SessionIdentity } from './session.ts'

/** How long a build waits for its session to be opened, as BuildKit does. */
const PATIENCE_MS = 5_000

export class Sessions {
  readonly #open = new Map<string, Session>()
  readonly #waiting = new Map<string, Set<(session: Session) => void>>()

  /**
   * Takes a client on, whose connection `connect` gives. It stays known until it leaves. Throws `invalid` for one
   * without an id, `conflict` for an id that is open, before it asks for the connection.
   */
  add(identity: SessionIdentity, connect: () => Duplex): Session {
    const { id } = identity
    if (id === '') throw new EngineError('invalid', 'a session needs an X-Docker-Expose-Session-Uuid header')
    if (this.#open.has(id)) throw new EngineError('conflict', `session ${id} already exists`)
    const session = new Session(identity, connect())
    this.#open.set(id, session)
    session.ended.addEventListener('abort', () => this.#open.delete(id))
    for (const tell of this.#waiting.get(id) ?? []) tell(session)
    this.#waiting.delete(id)
    return session
  }

  /** True when a session of this id is open. */
  has(id: string): boolean {
    return this.#open.has(id)
  }

  /** The session of an id, as soon as it is open. Throws `not-found` when it does not come. */
  async wait(id: string, signal: AbortSignal, patience = PATIENCE_MS): Promise<Session> {
    const open = this.#open.get(id)
    if (open) return open
    const waiting = this.#waiting.get(id) ?? new Set()
    this.#waiting.set(id, waiting)
    const { promise, resolve, reject } = Promise.withResolvers<Session>()
    const giveUp = () =>
      reject(new EngineError('not-found', `no active session for ${id}: context deadline exceeded`))
    const timer = setTimeout(giveUp, patience)
    signal.addEventListener('abort', giveUp)
    waiting.add(resolve)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
      waiting.delete(resolve)
      if (waiting.size === 0) this.#waiting.delete(id)
    }
  }

  /** Ends them all. */
  close(): void {
    for (const session of [...this.#open.values()]) session.close()
  }
}
