/** One line of what this host allows. */

/** A thing, whether it is as the engine needs it, and what would make it so. */
export interface HostFinding {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  /** A whole command where there is one; null when nothing is to be done. */
  readonly remedy: string | null
  /** Which engines it matters to: one of root, one of a user without root, or both. */
  readonly concerns: 'any' | 'root' | 'rootless'
}

/** A finding that is well. */
export function fine(name: string, detail: string, concerns: HostFinding['concerns'] = 'any'): HostFinding {
  return { name, ok: true, detail, remedy: null, concerns }
}

/** One that is not: the engine lacks it. */
export function lack(
  name: string,
  detail: string,
  remedy: string,
  concerns: HostFinding['concerns'] = 'any',
): HostFinding {
  return { name, ok: false, detail, remedy, concerns }
}

/** One that the engine does without, in a way that its detail tells. */
export function without(
  name: string,
  detail: string,
  remedy: string | null,
  concerns: HostFinding['concerns'] = 'any',
): HostFinding {
  return { name, ok: true, detail, remedy, concerns }
}
