/** Addresses for people to see: what progress, history and messages say of them has no password. */

/** An address without who asks, where that holds a password or may be a token; what is none stays as it is. */
export function withoutPassword(address: string): string {
  // As far as the last "@" before the path: servers are asked in that way too (WHATWG URL, "authority state").
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@/i, (_, scheme: string, user: string) =>
    user.includes(':') || scheme.toLowerCase().startsWith('http') ? `${scheme}***@` : `${scheme}${user}@`,
  )
}

/** A text, an instruction for one, with each address in it so. */
export function withoutPasswords(text: string): string {
  return text.replace(/[a-z][a-z0-9+.-]*:\/\/[^\s"]+/gi, withoutPassword)
}
