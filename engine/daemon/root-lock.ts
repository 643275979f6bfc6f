/** One engine a root: a lock that the kernel takes back when its holder is killed. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EngineError } from '../errors.ts'

/** A verification looks at the lock for a moment, and an engine that was just killed may still be letting go of it. */
const PATIENCE_MS = 500

/** Lets go of the root. */
export type Unlock = () => void

/**
 * Takes the lock at `path`, held by an exclusive transaction that is never ended (fcntl locks under it end with the
 * process). Throws `conflict` when another engine has it.
 */
export function lockRoot(path: string): Unlock {
  mkdirSync(dirname(path), { recursive: true, mode: 0o710 })
  const lock = new DatabaseSync(path)
  try {
    lock.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}; BEGIN EXCLUSIVE`)
  } catch (cause) {
    lock.close()
    throw new EngineError(
      'conflict',
      `another engine runs on ${dirname(path)}; stop it with "longshore engine stop", or name another --root`,
      { cause },
    )
  }
  return () => lock.close()
}

/** Whether an engine runs on the root of that lock. */
export function isLocked(path: string): boolean {
  if (!existsSync(path)) return false
  const lock = new DatabaseSync(path, { readOnly: true })
  try {
    lock.prepare('SELECT 1 FROM sqlite_schema').all()
    return false
  } catch {
    return true
  } finally {
    lock.close()
  }
}
