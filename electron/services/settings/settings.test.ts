import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CommandLog } from './command-log.ts'
import { Settings } from './settings.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-settings-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('choices are kept, told to every window, and only the user can read them', async () => {
  const settings = new Settings(folder)
  const watch = settings.watch(undefined)
  expect((await watch.next()).value).toMatchObject({ theme: 'system', engine: 'embedded' })
  await Promise.all([settings.update({ theme: 'dark' }), settings.update({ density: 'compact' })])
  expect((await watch.next()).value).toMatchObject({ theme: 'dark', density: 'compact' })
  await expect(new Settings(folder).update({})).resolves.toMatchObject({ theme: 'dark', density: 'compact' })
  expect((await stat(path.join(folder, 'settings.json'))).mode & 0o777).toBe(0o600)
})

test('a hundred updates at once leave one whole file', async () => {
  const settings = new Settings(folder)
  await Promise.all(Array.from({ length: 100 }, (_, i) => settings.update({ engine: `e${i}` })))
  expect(JSON.parse(await readFile(path.join(folder, 'settings.json'), 'utf8')).engine).toBe('e99')
  expect(await readdir(folder)).toEqual(['settings.json'])
})

test('a file that is no JSON is named, not overwritten', async () => {
  await writeFile(path.join(folder, 'settings.json'), '{ theme')
  expect(() => new Settings(folder)).toThrow(/settings\.json.*Correct it, or remove it/s)
})

test('the command log notes what was done and what failed', async () => {
  const log = new CommandLog()
  await log.note('e', 'docker start a', async () => {})
  await expect(log.note('e', 'docker start b', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(log.records.map(({ command, ok }) => [command, ok])).toEqual([
    ['docker start a', true],
    ['docker start b', false],
  ])
})
