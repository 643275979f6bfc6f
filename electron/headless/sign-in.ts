/** Who may use the headless shell: whoever opens a link of ours, once. Links become cookies; nothing is kept on disk. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Links that wait to be opened, and windows that are signed in; the oldest give way. */
const KEPT = 64

export class SignIn {
  readonly #tokens: Buffer[] = []
  readonly #sessions: Buffer[] = []

  /** A new token; good for one window, until this process ends. */
  issue(): string {
    return mint(this.#tokens)
  }

  /** Takes a token in exchange for a session, or answers null: it is unknown, or was used. */
  redeem(token: string): string | null {
    const at = indexOf(this.#tokens, token)
    if (at === -1) return null
    this.#tokens.splice(at, 1)
    return mint(this.#sessions)
  }

  /** True for a session that `redeem` gave. */
  knows(session: string | null): boolean {
    return session !== null && indexOf(this.#sessions, session) !== -1
  }
}

function mint(list: Buffer[]): string {
  const secret = randomBytes(32).toString('base64url')
  list.push(digest(secret))
  if (list.length > KEPT) list.shift()
  return secret
}

/** Looks at every entry and compares in constant time: how long it takes says nothing of what is there. */
function indexOf(list: readonly Buffer[], secret: string): number {
  const wanted = digest(secret)
  let found = -1
  for (const [at, entry] of list.entries()) if (timingSafeEqual(entry, wanted)) found = at
  return found
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
