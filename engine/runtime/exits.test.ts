import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ExitWatcher, readExit } from './exits.ts'

let folder: string
let watcher: ExitWatcher
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-exits-'))
  for (const name of ['exits', 'persist']) mkdirSync(join(folder, name))
  watcher = new ExitWatcher(join(folder, 'exits'), join(folder, 'persist'))
})
afterEach(() => {
  watcher.close()
  rmSync(folder, { recursive: true, force: true })
})
const end = (id: string, code: string) => {
  writeFileSync(join(folder, 'exits', `${id}.tmp`), code)
  renameSync(join(folder, 'exits', `${id}.tmp`), join(folder, 'exits', id))
}

test('an end between the start of the watch and the first listener is told to that one', async () => {
  end('before', '1')
  await watcher.open()
  const waited = watcher.wait('between')
  await delay(20) // it has looked, and waits to be told
  end('between', '3')
  await waited
  const heard: string[] = []
  watcher.onExit(({ id, code }) => heard.push(`${id} ${code}`))
  expect(heard).toEqual(['between 3'])
  end('after', '4')
  await vi.waitFor(() => expect(heard).toEqual(['between 3', 'after 4']))
})

test.each(['', 'not a number', '\0\0\0'])('an exit file that holds %j tells of no exit', async (text) => {
  end('garbage', text)
  expect(await readExit(join(folder, 'exits'), join(folder, 'persist'), 'garbage')).toBeNull()
})
