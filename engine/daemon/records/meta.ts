/** Small facts about the engine's root: its id, and the boot that its running containers belong to. */
import type { DatabaseSync } from 'node:sqlite'

export const META_SCHEMA =
  'CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT'

/** What is kept: `engine-id` names this root for good, `boot-id` is the boot of the last start, `bridge` the default network as JSON, `runtime` the OCI runtime of the last start, `root` and `state` where its folders were. */
export type MetaKey = 'engine-id' | 'boot-id' | 'bridge' | 'created' | 'runtime' | 'root' | 'state'

export function readMeta(db: DatabaseSync, key: MetaKey): string | null {
  const row = db.prepare('SELECT value FROM meta WHERE key = ?').get(key) as { value: string } | undefined
  return row?.value ?? null
}

export function writeMeta(db: DatabaseSync, key: MetaKey, value: string): void {
  db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(
    key,
    value,
  )
}
