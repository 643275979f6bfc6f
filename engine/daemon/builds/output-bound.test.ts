/** What is written of a step that says more than is kept of it. */
import { expect, test } from 'vitest'
import type { BuildEvent } from '../../builder/solve/progress.ts'
import { OutputBound } from './output-bound.ts'

const log = (id: string, text: string) =>
  ({ kind: 'log', at: 1, id, stream: 'stdout', text }) satisfies BuildEvent
const CLIPPED = '[output clipped: 1 MB of this step are kept]\n'
const MB = 1024 * 1024

test('all is written up to the bound; then it is said once, and only of the step that says more', () => {
  const bound = new OutputBound(MB)
  const first = log('a', 'x\n')
  expect(bound.clip(first)).toBe(first)
  bound.wrote(first, MB)
  expect(bound.clip(log('a', 'y\n'))).toEqual(log('a', CLIPPED))
  expect(bound.clip(log('a', 'z\n'))).toBeNull()
  expect(bound.clip(log('b', 'y\n'))).toEqual(log('b', 'y\n'))
})

test('it is said on a line of its own', () => {
  const bound = new OutputBound(MB)
  bound.wrote(log('a', 'half a line'), MB)
  expect(bound.clip(log('a', 'y'))).toEqual(log('a', `\n${CLIPPED}`))
})

test('what is not output is always written', () => {
  const bound = new OutputBound(MB)
  bound.wrote(log('a', 'x'), MB)
  bound.clip(log('a', 'y'))
  const status: BuildEvent = {
    ...{ kind: 'status', at: 1, id: 'a', name: 'layer', current: 1, total: 2 },
    ...{ startedAt: 1, completedAt: null },
  }
  bound.wrote(status, MB)
  expect(bound.clip(status)).toBe(status)
})
