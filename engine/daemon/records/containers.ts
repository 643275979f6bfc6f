/** Containers in the database. Names, addresses and published ports are unique indexes: no two can ever hold one. */
import { open } from 'node:fs/promises'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { PortMapping } from '../../network/network.ts'
import { SharedSync } from '../../store/durable.ts'
import type { ContainerDefinition, ContainerRecord, ContainerStanding } from './container-record.ts'
import { transaction } from './database.ts'

export const CONTAINERS_SCHEMA = `
CREATE TABLE IF NOT EXISTS containers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  definition TEXT NOT NULL,
  standing TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS container_addresses (
  network TEXT NOT NULL,
  address TEXT NOT NULL,
  container TEXT NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
  PRIMARY KEY (network, address)
) WITHOUT ROWID, STRICT;
CREATE INDEX IF NOT EXISTS container_addresses_by_container ON container_addresses (container);
CREATE TABLE IF NOT EXISTS container_ports (
  ip TEXT NOT NULL,
  port INTEGER NOT NULL,
  protocol TEXT NOT NULL,
  container TEXT NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
  PRIMARY KEY (ip, port, protocol)
) WITHOUT ROWID, STRICT;
CREATE INDEX IF NOT EXISTS container_ports_by_container ON container_ports (container);
`

/** True when a container has an address on a network. */
export function hasAddresses(db: DatabaseSync, network: string): boolean {
  return db.prepare('SELECT 1 FROM container_addresses WHERE network = ? LIMIT 1').get(network) !== undefined
}

/**
 * Every write is whole or not at all, and durable when it returns; but for `add` and `remove`, which may come by the
 * thousand: they are durable once `durable` has resolved, which syncs for all who wait at once.
 */
export class ContainerRecords {
  readonly #log: SharedSync
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #redefine: StatementSync
  readonly #rename: StatementSync
  readonly #delete: StatementSync
  readonly #clearAddresses: StatementSync
  readonly #clearPorts: StatementSync
  readonly #addAddress: StatementSync
  readonly #addPort: StatementSync
  readonly #portHolder: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#log = new SharedSync(() => syncLog(db.location()))
    this.#insert = db.prepare('INSERT INTO containers VALUES (?, ?, ?, ?)')
    this.#update = db.prepare('UPDATE containers SET standing = ? WHERE id = ?')
    this.#redefine = db.prepare('UPDATE containers SET definition = ? WHERE id = ?')
    this.#rename = db.prepare('UPDATE containers SET name = ? WHERE id = ?')
    this.#delete = db.prepare('DELETE FROM containers WHERE id = ?')
    this.#clearAddresses = db.prepare('DELETE FROM container_addresses WHERE container = ?')
    this.#clearPorts = db.prepare('DELETE FROM container_ports WHERE container = ?')
    this.#addAddress = db.prepare('INSERT INTO container_addresses VALUES (?, ?, ?)')
    this.#addPort = db.prepare('INSERT INTO container_ports VALUES (?, ?, ?, ?)')
    this.#portHolder = db.prepare(
      'SELECT container FROM container_ports WHERE port = ? AND protocol = ? AND (ip = ? OR ip = ? OR (? = ? AND instr(ip, ?) > 0))',
    )
  }

  /** All of them, oldest first. */
  all(): ContainerRecord[] {
    const rows = this.#db.prepare('SELECT name, definition, standing FROM containers ORDER BY rowid').all()
    return rows.map((row) => ({
      name: String(row.name),
      definition: JSON.parse(String(row.definition)) as ContainerDefinition,
      standing: JSON.parse(String(row.standing)) as ContainerStanding,
    }))
  }

  add({ name, definition, standing }: ContainerRecord): void {
    this.#laterDurable(() =>
      this.#insert.run(definition.id, name, JSON.stringify(definition), JSON.stringify(standing)),
    )
  }

  /** Writes what has become of a container, with the addresses and the ports that it holds. */
  put(id: string, standing: ContainerStanding, held: 'same' | 'changed'): void {
    if (held === 'same') {
      this.#update.run(JSON.stringify(standing), id)
      return
    }
    transaction(this.#db, () => {
      this.#update.run(JSON.stringify(standing), id)
      this.#clearAddresses.run(id)
      this.#clearPorts.run(id)
      for (const { networkId, address, address6 } of standing.sandbox?.endpoints ?? []) {
        for (const each of [address, address6]) if (each !== '') this.#addAddress.run(networkId, each, id)
      }
      for (const { hostIp, hostPort, protocol } of standing.mappings) {
        this.#addPort.run(hostIp, hostPort, protocol, id)
      }
    })
  }

  /** Writes what was asked for anew, after an update. */
  redefine(definition: ContainerDefinition): void {
    this.#redefine.run(JSON.stringify(definition), definition.id)
  }

  rename(id: string, name: string): void {
    this.#rename.run(name, id)
  }

  remove(id: string): void {
    this.#laterDurable(() => this.#delete.run(id))
  }

  /** Resolves when everything written before the call is on disk. */
  durable(): Promise<void> {
    return this.#log.sync()
  }

  /** One write without the sync that ends a transaction. Whatever is synced later syncs it too: the log is in order. */
  #laterDurable(write: () => void): void {
    this.#db.exec('PRAGMA synchronous = NORMAL')
    try {
      write()
    } finally {
      this.#db.exec('PRAGMA synchronous = FULL')
    }
  }

  /** The container that holds a port on an address or on all of its family; null when none does. */
  portHolder({ hostIp, hostPort, protocol }: Omit<PortMapping, 'containerPort'>): string | null {
    const [every, mark] = hostIp.includes(':') ? ['::', ':'] : ['0.0.0.0', '.']
    const row = this.#portHolder.get(hostPort, protocol, hostIp, every, hostIp, every, mark)
    return row ? String(row.container) : null
  }
}

/** Syncs the write-ahead log of the database at `path`; what has left it for the database was synced at that time. */
async function syncLog(path: string | null): Promise<void> {
  if (path === null) return // in memory
  const log = await open(`${path}-wal`, 'r')
  try {
    await log.datasync()
  } finally {
    await log.close()
  }
}
