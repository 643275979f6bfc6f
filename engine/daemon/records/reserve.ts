/**
 * Room for the database on a disk that is full: whoever removes something to make space needs a commit for it, and
 * the end of a container must be written down whatever its log or another program has filled.
 */
import { rmSync, writeFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

/** Pages of both files that no other program can take. */
const RESERVE_BYTES = 1_200_000
/** The log starts anew before it outgrows what is reserved, as far as no reader keeps it from that. */
const CHECKPOINT_PAGES = 200
const BALLAST_BYTES = 4_000_000

/**
 * Grows the database and its log while there is space: SQLite keeps freed pages and a used log, and writes into them
 * again. Nothing happens on a full disk: then what there is must do.
 */
export function reserveSpace(db: DatabaseSync): void {
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  try {
    db.exec('CREATE TABLE IF NOT EXISTS reserve (bytes BLOB)')
    // Two commits: pages that are freed in the one that took them are never written.
    db.exec(`INSERT INTO reserve VALUES (zeroblob(${RESERVE_BYTES}))`)
    db.exec('DELETE FROM reserve')
  } catch (error) {
    if (!isFull(error)) throw error
  }
}

/** Opens a database that needs space even to be opened: a file kept for that gives way to it, once. */
export function withBallast<T>(path: string, open: () => T): T {
  let opened: T
  try {
    opened = open()
  } catch (error) {
    if (!isFull(error)) throw error
    rmSync(path, { force: true })
    opened = open()
  }
  try {
    writeFileSync(path, Buffer.alloc(BALLAST_BYTES, 'longshore '), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') rmSync(path, { force: true })
  }
  return opened
}

/** SQLITE_FULL, or SQLITE_IOERR of a write that found no space (13; 10 with any extension). */
function isFull(error: unknown): boolean {
  const { errcode } = error as { errcode?: number }
  return errcode === 13 || (errcode !== undefined && (errcode & 0xff) === 10)
}
