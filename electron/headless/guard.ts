/** The checks that every request and every upgrade must pass before anything looks at its path. Pure. */
import type { IncomingMessage } from 'node:http'

/** Why a request is refused; the status and the words for a person. */
export interface Refusal {
  readonly status: 401 | 403 | 404 | 405 | 421
  readonly title: string
  readonly text: string
}

/** Where the shell listens. */
export interface Address {
  /** `127.0.0.1:4000`, as Host and Origin must say it. */
  readonly host: string
  readonly cookieName: string
}

export function addressOf(port: number): Address {
  // Cookies do not know ports: the name keeps two shells of one machine apart.
  return { host: `127.0.0.1:${port}`, cookieName: `longshore-${port}` }
}

/**
 * Refuses what another name led here (DNS rebinding) and what another site's page sends. `upgrade` requests must name
 * their origin; a plain one may come without (typed into the address bar).
 */
export function checkOrigin(request: IncomingMessage, address: Address, upgrade: boolean): Refusal | null {
  if (request.headers.host !== address.host) {
    return {
      status: 421,
      title: 'Wrong address',
      text: `This is Longshore at http://${address.host}, and it answers to that name alone.`,
    }
  }
  const origin = request.headers.origin
  if (origin === undefined ? upgrade : origin !== `http://${address.host}`) {
    return { status: 403, title: 'Refused', text: 'Another site’s page asked for this.' }
  }
  const site = request.headers['sec-fetch-site']
  const navigates =
    request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document'
  if ((site === 'cross-site' || site === 'same-site') && !navigates) {
    return { status: 403, title: 'Refused', text: 'Another site’s page asked for this.' }
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, title: 'Refused', text: 'Only reading is possible here.' }
  }
  return null
}

/** What a window without a session is told. */
export const SIGNED_OUT: Refusal = {
  status: 401,
  title: 'This window is not signed in',
  text: 'Open the link that Longshore printed when it started. A link works once; run “longshore” again in a terminal for a new one.',
}

/** The session in the request's cookie, if any. */
export function sessionOf(request: IncomingMessage, address: Address): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const equals = part.indexOf('=')
    if (part.slice(0, equals).trim() === address.cookieName) return part.slice(equals + 1).trim()
  }
  return null
}
