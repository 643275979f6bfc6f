import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sweepForgottenStates } from './forgotten-states.ts'

test('only empty states of deleted roots go', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-states-'))
  const state = (name: string, root: string | null) => {
    mkdirSync(join(folder, 'run', name, 'bundles'), { recursive: true })
    if (root !== null) writeFileSync(join(folder, 'run', name, 'root'), root)
    return join(folder, 'run', name)
  }
  mkdirSync(join(folder, 'living'))
  const forgotten = state('forgotten', join(folder, 'deleted'))
  const kept = [
    state('living', join(folder, 'living')),
    state('unknown', null),
    state('holding', join(folder, 'deleted')),
  ]
  writeFileSync(join(folder, 'run/holding/bundles/something'), '')
  writeFileSync(join(folder, 'run/engine.sock'), '')
  await sweepForgottenStates(join(folder, 'run/own'), join(folder, 'own'))
  expect(existsSync(forgotten)).toBe(false)
  expect(kept.map((path) => existsSync(join(path, 'bundles')))).toEqual([true, true, true])
  expect(readFileSync(join(folder, 'run/own/root'), 'utf8')).toBe(join(folder, 'own'))
  rmSync(folder, { recursive: true })
})
