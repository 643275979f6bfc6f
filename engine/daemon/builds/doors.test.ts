/** What is gone once an engine takes builds again. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBuildDoors } from './doors.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doors-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test("the sockets of clients' agents that a killed engine left are gone [07.18]", async () => {
  const [root, state] = [join(folder, 'root'), join(folder, 'state')]
  for (const name of ['bundles', 'ssh-Ab3xYz']) mkdirSync(join(state, name), { recursive: true })
  writeFileSync(join(state, 'ssh-Ab3xYz', 'agent'), '')
  // Neither is used before a build comes.
  const unused = { builds: null as never, shells: null as never }
  await openBuildDoors({ ...unused, root, state, rootless: true })
  expect(readdirSync(state)).toEqual(['bundles'])
})
