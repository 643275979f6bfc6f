/**
 * The builder's cache in the database: which key gives which layers, what each step was last made of, and what was
 * given up when. A copy of all but the facts is held in memory: this process is the only writer.
 */
import { randomBytes } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Cache, Given, NewRecord, RecordType } from '../../builder/solve/cache.ts'
import type { Fact } from '../../builder/solve/performer.ts'
import type { Digest } from '../../oci/descriptor.ts'
import { transaction } from './database.ts'

/** Tables of the cache, for `openDatabase`. */
export const BUILD_CACHE_SCHEMA = `
  CREATE TABLE IF NOT EXISTS build_cache (
    id TEXT PRIMARY KEY, diff_ids TEXT NOT NULL, inputs TEXT NOT NULL, parents TEXT NOT NULL,
    added_bytes INTEGER NOT NULL, description TEXT NOT NULL, type TEXT NOT NULL,
    created_at INTEGER NOT NULL, used_at INTEGER NOT NULL, uses INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS build_cache_keys (
    key TEXT PRIMARY KEY, record TEXT NOT NULL REFERENCES build_cache (id) ON DELETE CASCADE
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX IF NOT EXISTS build_cache_keys_record ON build_cache_keys (record);
  CREATE TABLE IF NOT EXISTS build_cache_gone (key TEXT PRIMARY KEY, at INTEGER NOT NULL, why TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS build_slots (
    slot TEXT PRIMARY KEY, key TEXT NOT NULL, at INTEGER NOT NULL, facts BLOB NOT NULL
  ) STRICT;
`

/** What is remembered of keys that were given up, and of places in Dockerfiles; the oldest go. */
const MOST_GONE = 10_000
const MOST_SLOTS = 5_000
/** What may be lost is put off, so that a build that only looks writes nothing at once. */
const PUT_OFF_MS = 2_000

/** A record as it is listed. Times in ms since 1970. */
export interface BuildCacheRecord {
  readonly id: string
  readonly diffIds: readonly Digest[]
  readonly inputs: readonly (string | null)[]
  /** Ids of the records that it was made from, as far as there are any. */
  readonly parents: readonly string[]
  readonly addedBytes: number
  readonly description: string
  readonly type: RecordType
  readonly createdAt: number
  readonly usedAt: number
  /** How often a build found it. */
  readonly uses: number
}

type Statement = 'put' | 'key' | 'remove' | 'touch' | 'gone' | 'back' | 'slot' | 'keep'

export class BuildCacheRecords implements Cache {
  readonly #db: DatabaseSync
  readonly #now: () => number
  readonly #statements: Readonly<Record<Statement, StatementSync>>
  readonly #records = new Map<string, BuildCacheRecord>()
  readonly #keys = new Map<string, string>()
  readonly #gone = new Map<string, Given>()
  readonly #slots = new Map<string, string>()
  readonly #touched = new Set<string>()
  readonly #pending = new Map<string, readonly Fact[]>()
  #timer: NodeJS.Timeout | null = null

  constructor(db: DatabaseSync, now: () => number = Date.now) {
    this.#db = db
    this.#now = now
    this.#statements = {
      put: db.prepare('INSERT INTO build_cache VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
      key: db.prepare('INSERT OR REPLACE INTO build_cache_keys VALUES (?, ?)'),
      remove: db.prepare('DELETE FROM build_cache WHERE id = ?'),
      touch: db.prepare('UPDATE build_cache SET used_at = ?, uses = ? WHERE id = ?'),
      gone: db.prepare('INSERT OR REPLACE INTO build_cache_gone VALUES (?, ?, ?)'),
      back: db.prepare('DELETE FROM build_cache_gone WHERE key = ?'),
      slot: db.prepare('SELECT facts FROM build_slots WHERE slot = ?'),
      keep: db.prepare('INSERT OR REPLACE INTO build_slots VALUES (?, ?, ?, ?)'),
    }
    this.#load()
  }

  all(): readonly BuildCacheRecord[] {
    return [...this.#records.values()]
  }

  find(key: string): BuildCacheRecord | null {
    return this.#records.get(this.#keys.get(key) ?? '') ?? null
  }

  save(made: NewRecord): BuildCacheRecord {
    const { keys, diffIds, inputs, parentKeys, addedBytes, description, type } = made
    const at = this.#now()
    const createdAt = made.createdAt ?? at
    const parents = [...new Set(parentKeys.flatMap((key) => this.#keys.get(key) ?? []))]
    const times = { createdAt, usedAt: at, uses: 0 }
    const record = { id: newId(), diffIds, inputs, parents, addedBytes, description, type, ...times }
    const replaced = new Set(keys.flatMap((key) => this.#keys.get(key) ?? []))
    const unnamed = [...replaced].filter((id) => this.keysOf(id).every((key) => keys.includes(key)))
    transaction(this.#db, () => {
      const { put, key: name, back, remove } = this.#statements
      const lists = [diffIds, inputs, parents].map((list) => JSON.stringify(list))
      put.run(record.id, ...lists, addedBytes, description, type, createdAt, at, 0)
      for (const key of keys) {
        name.run(key, record.id)
        back.run(key)
      }
      for (const id of unnamed) remove.run(id)
      this.#writePutOff()
    })
    for (const id of unnamed) this.#records.delete(id)
    this.#records.set(record.id, record)
    for (const key of keys) {
      this.#keys.set(key, record.id)
      this.#gone.delete(key)
    }
    return record
  }

  alias(id: string, key: string): void {
    const other = this.#keys.get(key)
    if (other === id || !this.#records.has(id)) return
    this.#statements.key.run(key, id)
    this.#keys.set(key, id)
    if (other !== undefined && this.keysOf(other).length === 0) {
      this.#statements.remove.run(other)
      this.#records.delete(other)
    }
  }

  touch(id: string): void {
    const record = this.#records.get(id)
    if (!record) return
    this.#records.set(id, { ...record, usedAt: this.#now(), uses: record.uses + 1 })
    this.#touched.add(id)
    this.#flushSoon()
  }

  lose(id: string): void {
    this.remove([id], 'its layers were gone')
  }

  /** Removes records for good; their keys tell why. */
  remove(ids: readonly string[], why: string): void {
    const at = this.#now()
    const keys = new Set(ids)
    const names = [...this.#keys].filter(([, id]) => keys.has(id)).map(([key]) => key)
    transaction(this.#db, () => {
      for (const key of names) this.#statements.gone.run(key, at, why)
      for (const id of ids) this.#statements.remove.run(id)
      this.#db.exec(
        `DELETE FROM build_cache_gone WHERE key IN (SELECT key FROM build_cache_gone ORDER BY at DESC LIMIT -1 OFFSET ${MOST_GONE})`,
      )
    })
    for (const key of names) {
      this.#keys.delete(key)
      this.#gone.set(key, { at, why })
    }
    for (const key of this.#gone.keys()) {
      if (this.#gone.size <= MOST_GONE) break
      this.#gone.delete(key)
    }
    for (const id of ids) this.#records.delete(id)
  }

  gone(key: string): Given | null {
    return this.#gone.get(key) ?? null
  }

  slot(slot: string): readonly Fact[] | null {
    const pending = this.#pending.get(slot)
    if (pending) return pending
    const row = this.#statements.slot.get(slot)
    return row ? (JSON.parse(gunzipSync(row.facts as Uint8Array).toString()) as Fact[]) : null
  }

  slotKey(slot: string): string | null {
    return this.#slots.get(slot) ?? null
  }

  /** Written with what is written next: without it, only a reason is less exact. */
  keepSlot(slot: string, key: string, facts: readonly Fact[]): void {
    this.#pending.set(
      slot,
      facts.map(({ name, value }) => ({ name, value })),
    )
    this.#slots.set(slot, key)
    this.#flushSoon()
  }

  /** Writes what `touch` and `keepSlot` have put off. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#touched.size + this.#pending.size > 0 && this.#db.isOpen)
      transaction(this.#db, () => this.#writePutOff())
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => this.flush(), PUT_OFF_MS).unref()
  }

  #writePutOff(): void {
    this.#writeTouches()
    for (const [slot, facts] of this.#pending) {
      const packed = gzipSync(JSON.stringify(facts), { level: 1 })
      this.#statements.keep.run(slot, this.#slots.get(slot) ?? '', this.#now(), packed)
    }
    this.#pending.clear()
    if (this.#slots.size <= MOST_SLOTS) return
    const oldest = this.#db.prepare('SELECT slot FROM build_slots ORDER BY at LIMIT ?').all(MOST_SLOTS / 10)
    const forget = this.#db.prepare('DELETE FROM build_slots WHERE slot = ?')
    for (const row of oldest) {
      forget.run(String(row.slot))
      this.#slots.delete(String(row.slot))
    }
  }

  #writeTouches(): void {
    for (const id of this.#touched) {
      const record = this.#records.get(id)
      if (record) this.#statements.touch.run(record.usedAt, record.uses, id)
    }
    this.#touched.clear()
  }

  keysOf(record: string): readonly string[] {
    return [...this.#keys].filter(([, id]) => id === record).map(([key]) => key)
  }

  #load(): void {
    for (const row of this.#db.prepare('SELECT * FROM build_cache ORDER BY created_at, rowid').all()) {
      const id = String(row.id)
      this.#records.set(id, {
        id,
        diffIds: JSON.parse(String(row.diff_ids)) as Digest[],
        inputs: JSON.parse(String(row.inputs)) as (string | null)[],
        parents: JSON.parse(String(row.parents)) as string[],
        addedBytes: Number(row.added_bytes),
        description: String(row.description),
        type: row.type as RecordType,
        createdAt: Number(row.created_at),
        usedAt: Number(row.used_at),
        uses: Number(row.uses),
      })
    }
    for (const row of this.#db.prepare('SELECT key, record FROM build_cache_keys').all()) {
      this.#keys.set(String(row.key), String(row.record))
    }
    for (const row of this.#db.prepare('SELECT * FROM build_cache_gone').all()) {
      this.#gone.set(String(row.key), { at: Number(row.at), why: String(row.why) })
    }
    for (const row of this.#db.prepare('SELECT slot, key FROM build_slots').all()) {
      this.#slots.set(String(row.slot), String(row.key))
    }
  }
}

/** 25 characters, as the names of BuildKit's records are. */
function newId(): string {
  const digits = BigInt(`0x${randomBytes(20).toString('hex')}`).toString(36)
  return digits.padStart(25, '0').slice(-25)
}
