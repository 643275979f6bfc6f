/**
 * The one database of the engine: node:sqlite, WAL, synchronous FULL, one writer. Each domain keeps its tables and
 * statements in a file beside this one and hands its schema in; names, addresses and ports are unique indexes there.
 */
import { DatabaseSync } from 'node:sqlite'
import { EngineError } from '../../errors.ts'
import { FORMAT_VERSION, upgrade } from './upgrades.ts'

/** How long a statement waits for another process's lock: `verify` reads beside a running engine. */
const BUSY_TIMEOUT_MS = 5000

/**
 * Opens (or makes) the database at `path`, applies `schemas` (idempotent DDL) and brings it to the newest format.
 * Throws `invalid` for a newer one, and with `as-it-is` for an older one, which only an engine may upgrade.
 */
export function openDatabase(
  path: string,
  schemas: readonly string[],
  older: 'upgrade' | 'as-it-is' = 'upgrade',
): DatabaseSync {
  // From the first statement on: an engine that was just killed may still be letting go of its locks.
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  const { user_version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  if (user_version > FORMAT_VERSION) {
    db.close()
    throw new EngineError(
      'invalid',
      `the engine's data in ${path} has format ${user_version}, made by a newer Longshore; this one knows up to ${FORMAT_VERSION}. Start the newer version, or name another --root.`,
    )
  }
  if (user_version > 0 && user_version < FORMAT_VERSION && older === 'as-it-is') {
    db.close()
    throw new EngineError(
      'invalid',
      `the engine's data in ${path} has format ${user_version} of an older Longshore: start an engine on it, which brings it to format ${FORMAT_VERSION}`,
    )
  }
  db.exec('BEGIN IMMEDIATE')
  try {
    for (const schema of schemas) db.exec(schema)
    // A database that was just made has no version.
    if (user_version > 0) upgrade(db, user_version)
    db.exec(`PRAGMA user_version = ${FORMAT_VERSION}`)
    db.exec('COMMIT')
  } catch (error) {
    rollBack(db)
    db.close()
    throw error
  }
  return db
}

/** Runs `body` in one transaction: all of it is durable, or none. */
export function transaction<T>(db: DatabaseSync, body: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = body()
    db.exec('COMMIT')
    return result
  } catch (error) {
    rollBack(db)
    throw error
  }
}

/** SQLite has rolled back by itself when the disk was full, and would say that instead of the first error. */
function rollBack(db: DatabaseSync): void {
  if (db.isTransaction) db.exec('ROLLBACK')
}
