/** Which ignore file is in force: the Dockerfile's own, or the context's. */
import { parseIgnoreFile } from './ignore.ts'

/** An ignore file that was found. */
export interface IgnoreFile {
  /** Path in the context; null where there is none. */
  readonly path: string | null
  readonly patterns: readonly string[]
}

/**
 * `<Dockerfile>.dockerignore` beside the Dockerfile if there is one, else `.dockerignore` at the context's root.
 * `read` gives a file of the context, or null.
 */
export async function findIgnoreFile(
  read: (path: string) => Promise<Buffer | null>,
  dockerfile: string | null,
): Promise<IgnoreFile> {
  const names = dockerfile === null ? ['.dockerignore'] : [`${dockerfile}.dockerignore`, '.dockerignore']
  for (const path of names) {
    const text = await read(path)
    if (text !== null) return { path, patterns: parseIgnoreFile(text.toString('utf8')) }
  }
  return { path: null, patterns: [] }
}
