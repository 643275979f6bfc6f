/** What this host gives the engine and what it keeps: answer of GET /longshore/v1/host, a list of these. */
export interface HostCheckLine {
  readonly name: string
  /** False for what the engine lacks; what it only does without is true, and its detail tells what is lost. */
  readonly ok: boolean
  readonly detail: string
  /** A whole command where there is one. */
  readonly remedy: string | null
  /** Which engines it matters to: one of root, one of a user without root, or both. */
  readonly concerns: 'any' | 'root' | 'rootless'
}
