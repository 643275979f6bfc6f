/** Image references as a person writes them: split without asking any engine. */

export interface SplitReference {
  /** With its registry, without tag or digest. */
  readonly repository: string
  /** `latest` when neither tag nor digest is written. */
  readonly tag: string | null
  readonly digest: string | null
}

/** Splits `registry:5000/name:tag@sha256:...`. A colon before a slash belongs to the registry's port. */
export function splitReference(reference: string): SplitReference {
  const [before = '', digest = null] = reference.trim().split('@', 2)
  const colon = before.indexOf(':', before.lastIndexOf('/') + 1)
  const repository = colon === -1 ? before : before.slice(0, colon)
  const tag = colon === -1 ? (digest === null ? 'latest' : null) : before.slice(colon + 1)
  return { repository, tag, digest }
}

/** The reference with its tag or digest written out, as engines want it. */
export function withTag(reference: string): string {
  const { repository, tag, digest } = splitReference(reference)
  return digest !== null ? `${repository}@${digest}` : `${repository}:${tag}`
}

/** The last part of the name: `localhost:5000/team/web:1.2` is `web`. */
export function shortName(reference: string): string {
  return splitReference(reference).repository.split('/').at(-1) ?? reference
}
