/** The WWW-Authenticate header (RFC 9110, 11.6.1; distribution spec, token authentication). */

/** One challenge: its scheme in lower case, its parameters by lower-case name. */
export interface Challenge {
  readonly scheme: string
  readonly parameters: Readonly<Record<string, string>>
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const PARAMETER = new RegExp(`^\\s*(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]+))\\s*(?:,|$)`)
const SCHEME = new RegExp(`^[\\s,]*(${TOKEN})(?:\\s+|\\s*,|$)`)

/** All challenges of a header, in order. What cannot be understood ends the reading. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = []
  let rest = header
  for (;;) {
    const scheme = SCHEME.exec(rest)
    if (!scheme?.[1]) return challenges
    rest = rest.slice(scheme[0].length)
    const parameters: Record<string, string> = {}
    for (let match = PARAMETER.exec(rest); match?.[1]; match = PARAMETER.exec(rest)) {
      parameters[match[1].toLowerCase()] = match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? ''
      rest = rest.slice(match[0].length)
    }
    challenges.push({ scheme: scheme[1].toLowerCase(), parameters })
  }
}
