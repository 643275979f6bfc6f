/** Clients' contexts between builds, and how they go. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KeptFolders } from './kept-folders.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a prune removes what no build has, and says how much it was', async () => {
  const kept = new KeptFolders(folder)
  const [used, idle] = [await kept.take('used'), await kept.take('idle')]
  for (const { path } of [used, idle]) writeFileSync(join(path, 'file'), 'x'.repeat(100_000))
  await idle.release()
  expect(await kept.clear()).toBeGreaterThanOrEqual(100_000)
  expect([used, idle].map(({ path }) => existsSync(path))).toEqual([true, false])
  expect(await kept.clear()).toBe(0)
})

test('a build that comes while its folder goes gets one that stays', async () => {
  const kept = new KeptFolders(folder)
  await (await kept.take('context')).release()
  const clearing = kept.clear()
  const taken = await kept.take('context')
  writeFileSync(join(taken.path, 'file'), '')
  await clearing
  expect(existsSync(join(taken.path, 'file'))).toBe(true)
  await taken.release()
})
