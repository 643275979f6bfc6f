/**
 * How the page gets its port in the desktop shell: it asks its own window with a nonce of its own making, the preload
 * passes the question on, and the answer is believed only with that nonce. Types alone, as in wire.ts.
 */

/** Page to preload, by `window.postMessage`. */
export interface PortQuestion {
  readonly longshore: 'ask-port'
  /** A fresh `crypto.randomUUID()` for each question. */
  readonly nonce: string
}

/** Preload to page, with the port as the message's one transferred object. */
export interface PortAnswer {
  readonly longshore: 'port'
  readonly nonce: string
}

/** Preload to page: the services behind the port of `nonce` ended, ask again. */
export interface PortLost {
  readonly longshore: 'port-lost'
  readonly nonce: string
}

/** What the preload says to the page. */
export type FromPreload = PortAnswer | PortLost
