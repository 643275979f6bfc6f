/** Which links may leave for the system's browser. */

/** What was decided about a link, with the address as it is handed on (parsed and written again, never as it came). */
export type LinkVerdict =
  | { readonly kind: 'open'; readonly url: string }
  | { readonly kind: 'refused'; readonly why: string }

/** Longer addresses are cut or mangled by the programs that the system hands them to. */
const LONGEST_LINK = 2048

/**
 * Lets http and https pass: a published port, a link that a program printed in a terminal. Every other scheme would
 * let text from inside a container start programs of this machine (file:, smb:, ms-msdt:, and whatever is installed).
 */
export function judgeLink(address: string): LinkVerdict {
  if (address.length > LONGEST_LINK) return refused(`it is longer than ${LONGEST_LINK} characters`)
  const url = URL.parse(address)
  if (url === null) return refused('it is no address')
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return refused(`${url.protocol} is neither http nor https`)
  }
  // https://github.com@evil.example/ reads as one host and goes to another.
  if (url.username !== '' || url.password !== '') return refused('it carries a name or password')
  return { kind: 'open', url: url.href }
}

function refused(why: string): LinkVerdict {
  return { kind: 'refused', why }
}
