/** Builds that have ended: a line each of what they came to, newest first. Their logs are files. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { BuildSummary } from '../../api/longshore/builds.ts'

export const BUILD_HISTORY_SCHEMA = `
CREATE TABLE IF NOT EXISTS builds (
  id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, log_bytes INTEGER NOT NULL, summary TEXT NOT NULL
) WITHOUT ROWID, STRICT;
`

export interface EndedBuild {
  readonly summary: BuildSummary
  /** Size of its log. */
  readonly logBytes: number
}

export class BuildHistoryRecords {
  readonly #builds = new Map<string, EndedBuild>()
  readonly #put: StatementSync
  readonly #remove: StatementSync

  constructor(db: DatabaseSync) {
    this.#put = db.prepare('INSERT OR REPLACE INTO builds VALUES (?, ?, ?, ?)')
    this.#remove = db.prepare('DELETE FROM builds WHERE id = ?')
    for (const row of db.prepare('SELECT * FROM builds ORDER BY started_at').all()) {
      const summary = JSON.parse(String(row.summary)) as BuildSummary
      this.#builds.set(String(row.id), { summary, logBytes: Number(row.log_bytes) })
    }
  }

  /** Oldest first. */
  all(): readonly EndedBuild[] {
    return [...this.#builds.values()]
  }

  get(id: string): EndedBuild | undefined {
    return this.#builds.get(id)
  }

  put(build: EndedBuild): void {
    const { summary, logBytes } = build
    this.#put.run(summary.id, summary.startedAt, logBytes, JSON.stringify(summary))
    this.#builds.set(summary.id, build)
  }

  remove(id: string): void {
    this.#remove.run(id)
    this.#builds.delete(id)
  }
}
