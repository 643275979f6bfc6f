/** Volumes in the database: what their directories do not say. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

export const VOLUMES_SCHEMA = `
CREATE TABLE IF NOT EXISTS volumes (
  name TEXT PRIMARY KEY,
  created TEXT NOT NULL,
  labels TEXT NOT NULL,
  options TEXT NOT NULL,
  anonymous INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
`

export interface VolumeRecord {
  readonly name: string
  /** RFC 3339. */
  readonly created: string
  readonly labels: Readonly<Record<string, string>> | null
  readonly options: Readonly<Record<string, string>> | null
  /** Made without a name. */
  readonly anonymous: boolean
}

export class VolumeRecords {
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #delete: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#insert = db.prepare('INSERT INTO volumes VALUES (?, ?, ?, ?, ?)')
    this.#delete = db.prepare('DELETE FROM volumes WHERE name = ?')
  }

  all(): VolumeRecord[] {
    return this.#db
      .prepare('SELECT * FROM volumes ORDER BY name')
      .all()
      .map((row) => ({
        name: String(row.name),
        created: String(row.created),
        labels: JSON.parse(String(row.labels)) as VolumeRecord['labels'],
        options: JSON.parse(String(row.options)) as VolumeRecord['options'],
        anonymous: row.anonymous === 1,
      }))
  }

  add(volume: VolumeRecord): void {
    const { name, created, labels, options, anonymous } = volume
    this.#insert.run(name, created, JSON.stringify(labels), JSON.stringify(options), anonymous ? 1 : 0)
  }

  remove(name: string): void {
    this.#delete.run(name)
  }
}
