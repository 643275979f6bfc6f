/**
 * The page loads its own files and nothing from any network. The content policy says so to the page; this says so to
 * the session, so that neither a prefetch nor a mistake in the policy can call out.
 */
import type { Session } from 'electron'
import { isPageUrl } from './page-address.ts'

/** What may be loaded beside the page's files: what was made in the page itself, and the developer tools. */
const INSIDE: ReadonlySet<string> = new Set(['blob:', 'data:', 'devtools:'])

/** True when an address may be loaded into a window. */
export function mayLoad(address: string): boolean {
  return isPageUrl(address) || INSIDE.has(URL.parse(address)?.protocol ?? '')
}

/** Cancels every other request of a session. */
export function guardRequests(session: Session, note: (line: string) => void): void {
  session.webRequest.onBeforeRequest((details, callback) => {
    const cancel = !mayLoad(details.url)
    if (cancel) note(`refused to load ${details.url}`)
    callback({ cancel })
  })
}
