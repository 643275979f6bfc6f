/** One engine a root: a lock that the kernel takes back when its holder is killed. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EngineError } from '../errors.ts'

/** A verification looks at the lock for a moment, and an engine that was just killed may still be letting go of it. */
const PATIENCE_MS = 500

/** SQLITE_BUSY of sqlite.org/rescode.html; its extended codes have it in their low byte. */
const BUSY = 5

/** Locks that are held: without a reference here the collector would close them, and so let go. */
const held = new Set<DatabaseSync>()

/** Lets go of the root. */
export type Unlock = () => void

/**
 * Takes the lock at `path`, held by an exclusive transaction that is never ended (fcntl locks under it end with the
 * process). Throws `conflict` when another engine has it, `internal` when the file cannot be locked at all.
 */
export function lockRoot(path: string): Unlock {
  mkdirSync(dirname(path), { recursive: true, mode: 0o710 })
  const lock = reach(path, () => new DatabaseSync(path, { timeout: PATIENCE_MS }))
  try {
    reach(path, () => lock.exec('BEGIN EXCLUSIVE'))
  } catch (error) {
    lock.close()
    throw error
  }
  held.add(lock)
  return () => {
    if (held.delete(lock)) lock.close()
  }
}

/**
 * Whether an engine runs on the root of that lock. A killed one does not, whatever it left beside the lock. Throws
 * `internal` when the lock does not tell.
 */
export function isLocked(path: string): boolean {
  if (!existsSync(path)) return false
  // Not read-only: SQLite may have to roll back the journal of a killed engine before it reads.
  const lock = reach(path, () => new DatabaseSync(path, { timeout: PATIENCE_MS }))
  try {
    reach(path, () => lock.prepare('SELECT 1 FROM sqlite_schema').all())
    return false
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'conflict') return true
    throw error
  } finally {
    lock.close()
  }
}

/** Does something with the lock file; its failures in words. Only `busy` means that another process has the lock. */
function reach<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    const { errcode, message } = cause as Error & { readonly errcode?: number }
    if (errcode !== undefined && (errcode & 0xff) === BUSY) {
      throw new EngineError(
        'conflict',
        `another engine runs on ${dirname(path)}; stop it with "longshore engine stop", or name another --root`,
        { cause },
      )
    }
    throw new EngineError(
      'internal',
      `cannot tell whether an engine runs on ${dirname(path)}: ${message}. Look at the file ${path}; when no engine runs there, it can be removed.`,
      { cause },
    )
  }
}
