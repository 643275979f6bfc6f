/** Networks in the database. Names and bridges are unique: no two can ever hold one. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { NetworkDefinition } from '../../network/network.ts'

export const NETWORKS_SCHEMA = `
CREATE TABLE IF NOT EXISTS networks (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  record TEXT NOT NULL
) STRICT;
`

/** What was asked for of a network and what was made of it. */
export interface NetworkRecord {
  /** RFC 3339 with nanoseconds. */
  readonly created: string
  readonly definition: NetworkDefinition
  readonly labels: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, string>>
  readonly attachable: boolean
  readonly ipv4: boolean
  readonly ipv6: boolean
  readonly ipam: {
    readonly driver: string
    readonly options: Readonly<Record<string, string>> | null
    /** Somebody named its subnets: addresses may be asked for. */
    readonly given: boolean
  }
}

export class NetworkRecords {
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #delete: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#insert = db.prepare('INSERT INTO networks VALUES (?, ?, ?)')
    this.#delete = db.prepare('DELETE FROM networks WHERE id = ?')
  }

  /** All of them, oldest first. */
  all(): NetworkRecord[] {
    return this.#db
      .prepare('SELECT record FROM networks ORDER BY rowid')
      .all()
      .map((row) => JSON.parse(String(row.record)) as NetworkRecord)
  }

  add(record: NetworkRecord): void {
    this.#insert.run(record.definition.id, record.definition.name, JSON.stringify(record))
  }

  remove(id: string): void {
    this.#delete.run(id)
  }
}
