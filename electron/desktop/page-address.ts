/** The one address at which the page lives, and what counts as being there. */

/** The scheme, registered as standard and secure, so that the page has a real origin and its files one policy. */
export const PAGE_SCHEME = 'app'
export const PAGE_HOST = 'longshore'
export const PAGE_ORIGIN = `${PAGE_SCHEME}://${PAGE_HOST}`
export const PAGE_URL = `${PAGE_ORIGIN}/`

/** True for the page and its files, by scheme and host, however the rest of the address is spelled. */
export function isPageUrl(address: string): boolean {
  const url = URL.parse(address)
  // For a scheme that Node does not know, `origin` is "null"; protocol and host say the same and cannot be confused.
  return url?.protocol === `${PAGE_SCHEME}:` && url.host === PAGE_HOST && url.username === ''
}
