/** The folders of agents' sockets, and what an engine that was killed left of them. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeAgentFolder, sweepAgentFolders } from './agent-folders.ts'

let state: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'state-'))
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

test('a sweep removes the folders of agents, and nothing else of the state [07.18]', async () => {
  mkdirSync(join(state, 'bundles'))
  writeFileSync(join(state, 'ssh-notes'), '')
  const folder = await makeAgentFolder(state)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  writeFileSync(join(folder, 'agent'), '')
  await makeAgentFolder(state)
  await sweepAgentFolders(state)
  expect(readdirSync(state).toSorted()).toEqual(['bundles', 'ssh-notes'])
})

test('where there is no state yet there is nothing to sweep', async () => {
  await sweepAgentFolders(join(state, 'none'))
  expect(readdirSync(state)).toEqual([])
})
