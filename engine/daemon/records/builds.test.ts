import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BUILD_CACHE_SCHEMA, BuildCacheRecords } from './builds.ts'
import { openDatabase } from './database.ts'

let folder: string
let db: DatabaseSync
const open = () => {
  db = openDatabase(join(folder, 'engine.db'), [BUILD_CACHE_SCHEMA])
  return new BuildCacheRecords(db, () => now)
}
let now = 1_000
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-cache-'))
  now = 1_000
})
afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true, force: true })
})

const record = (keys: string[], parentKeys: string[] = []) => ({
  ...{ keys, diffIds: [`sha256:${keys[0]}` as const], inputs: [null, 'c'], parentKeys, addedBytes: 5 },
  ...{ description: `RUN ${keys[0]}`, type: 'regular' as const },
})

test('a record is found by each of its keys, knows what it was made from, and is there after a restart', () => {
  const cache = open()
  const first = cache.save(record(['a', 'b']))
  const second = cache.save(record(['c'], ['a', 'nothing']))
  cache.alias(second.id, 'd')
  now = 2_000
  cache.touch(first.id)
  cache.flush()
  db.close()
  const again = open()
  expect(again.find('b')).toEqual({ ...first, usedAt: 2_000, uses: 1 })
  expect(again.find('d')).toEqual({ ...second, parents: [first.id] })
  expect(again.find('e')).toBeNull()
  expect(first.id).toMatch(/^[0-9a-z]{25}$/)
})

test('a newer result takes the keys, and the older one goes when it has none left', () => {
  const cache = open()
  const old = cache.save(record(['a', 'b']))
  cache.save(record(['a']))
  expect(cache.find('b')?.id).toBe(old.id)
  const newest = cache.save(record(['b']))
  expect(cache.all().map(({ id }) => id)).not.toContain(old.id)
  cache.alias(newest.id, 'a')
  expect(cache.all()).toEqual([newest])
  db.close()
  expect(open().all()).toEqual([newest])
})

test('what was given up says when and why, until it is made again', () => {
  const cache = open()
  const { id } = cache.save(record(['a', 'b']))
  now = 5_000
  cache.remove([id], 'pruned')
  expect(cache.find('a')).toBeNull()
  db.close()
  const again = open()
  expect(again.gone('b')).toEqual({ at: 5_000, why: 'pruned' })
  again.save(record(['b']))
  expect(again.gone('b')).toBeNull()
  expect(again.gone('a')).not.toBeNull()
})

test('what a place in a Dockerfile was made of is kept, the newest only', () => {
  const cache = open()
  expect(cache.slot('s')).toBeNull()
  cache.keepSlot('s', 'k1', [{ name: 'a', value: '1', as: 'x' }])
  cache.keepSlot('s', 'k2', [{ name: 'a', value: '2' }])
  expect(cache.slot('s')).toEqual([{ name: 'a', value: '2' }])
  cache.flush()
  db.close()
  const again = open()
  expect(again.slotKey('s')).toBe('k2')
  expect(again.slot('s')).toEqual([{ name: 'a', value: '2' }])
})
