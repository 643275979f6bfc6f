import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CONTAINERS_SCHEMA, ContainerRecords } from './containers.ts'
import { openDatabase } from './database.ts'
import { META_SCHEMA, readMeta } from './meta.ts'
import { FORMAT_VERSION } from './upgrades.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-format-'))
  path = join(folder, 'engine.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const SCHEMAS = [META_SCHEMA, CONTAINERS_SCHEMA]
const version = (db: DatabaseSync) =>
  (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version

/** A database as the first format had it. */
function first(): void {
  const db = new DatabaseSync(path)
  db.exec(`
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
    CREATE TABLE containers (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL, standing TEXT NOT NULL) STRICT;
    PRAGMA user_version = 1;
  `)
  const bridge = {
    ...{ id: 'b1', name: 'bridge', driver: 'bridge', bridge: 'ls-1', internal: false, dns: false },
    ...{ subnet: '172.30.0.0/16', gateway: '172.30.0.1' },
  }
  db.prepare("INSERT INTO meta VALUES ('bridge', ?), ('engine-id', 'e1')").run(JSON.stringify(bridge))
  const add = db.prepare('INSERT INTO containers VALUES (?, ?, ?, ?)')
  const put = (id: string, mode: string, endpoint: object | null, more: object = {}) =>
    add.run(
      id,
      id,
      JSON.stringify({ id, config: {}, host: { NetworkMode: mode }, networks: {}, ...more }),
      JSON.stringify({ life: { kind: 'created' }, endpoint, mappings: [], restarts: 3 }),
    )
  const place = {
    address: '172.30.0.5',
    prefixLength: 16,
    gateway: '172.30.0.1',
    macAddress: '02:42:ac:1e:00:05',
  }
  put('up', 'default', { containerId: 'up', netns: '/run/x/up', ...place })
  put('down', 'bridge', null, { networks: { bridge: { Aliases: ['a'] } } })
  put('shared', 'container:up', null)
  put('hosts', 'host', null)
  db.close()
}

test('format 1 becomes the newest: bridge and endpoints are places in several networks', () => {
  first()
  const db = openDatabase(path, SCHEMAS)
  expect(version(db)).toBe(FORMAT_VERSION)
  expect(readMeta(db, 'engine-id')).toBe('e1')
  expect(JSON.parse(readMeta(db, 'bridge') ?? '')).toMatchObject({
    id: 'b1',
    link: 'ls-1',
    subnets: [{ subnet: '172.30.0.0/16', gateway: '172.30.0.1' }],
  })
  const standing = Object.fromEntries(
    new ContainerRecords(db).all().map((record) => [record.name, record.standing]),
  )
  expect(standing.up).toEqual({
    life: { kind: 'created' },
    mappings: [],
    restarts: 3,
    networks: { bridge: { networkId: 'b1', asked: {} } },
    sandbox: {
      containerId: 'up',
      netns: '/run/x/up',
      endpoints: [
        {
          ...{ networkId: 'b1', interface: 'eth0', address: '172.30.0.5', prefixLength: 16 },
          ...{ gateway: '172.30.0.1', address6: '', prefixLength6: 0, gateway6: '' },
          ...{ macAddress: '02:42:ac:1e:00:05', priority: 0 },
        },
      ],
    },
  })
  expect(standing.down).toMatchObject({ networks: { bridge: { asked: { Aliases: ['a'] } } }, sandbox: null })
  expect(standing.shared).toMatchObject({ networks: {}, sandbox: null })
  expect(standing.hosts).toMatchObject({ networks: { host: { networkId: '' } }, sandbox: null })
  db.close()
  // A second time there is nothing to do.
  const again = openDatabase(path, SCHEMAS)
  expect(new ContainerRecords(again).all().map((record) => record.standing)).toEqual(Object.values(standing))
  again.close()
})

test('a step that fails leaves the old format whole', () => {
  first()
  const broken = new DatabaseSync(path)
  broken.exec("UPDATE containers SET standing = '{' WHERE id = 'hosts'")
  broken.close()
  expect(() => openDatabase(path, SCHEMAS)).toThrow(SyntaxError)
  const db = new DatabaseSync(path)
  expect(version(db)).toBe(1)
  expect(
    JSON.parse(String(db.prepare("SELECT standing FROM containers WHERE id = 'up'").get()?.standing)),
  ).toHaveProperty('endpoint')
  db.close()
})

test('who only looks upgrades nothing, and what is newer is for a newer Longshore', () => {
  first()
  expect(() => openDatabase(path, SCHEMAS, 'as-it-is')).toThrow(
    'has format 1 of an older Longshore: start an engine',
  )
  const db = new DatabaseSync(path)
  expect(version(db)).toBe(1)
  db.exec('PRAGMA user_version = 99')
  db.close()
  expect(() => openDatabase(path, SCHEMAS)).toThrow(
    /has format 99, made by a newer Longshore; this one knows up to \d+/,
  )
})
