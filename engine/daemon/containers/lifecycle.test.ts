import { expect, test } from 'vitest'
import {
  ended,
  exitCode,
  failedStart,
  type Life,
  paused,
  restartGivenUp,
  restarting,
  resumed,
  wireState,
} from './lifecycle.ts'

const startedAt = '2026-01-01T00:00:01.000000000Z'
const running: Life = { kind: 'running', pid: 7, startedAt }

test('a start that fails keeps what the container was', () => {
  const never = failedStart({ kind: 'created', failure: null }, 127, 'not found')
  expect(wireState(never)).toMatchObject({ Status: 'created', ExitCode: 127, Error: 'not found' })
  const before = ended(running, { code: 0, oomKilled: false, finishedAt: '2026-01-01T00:00:05Z' })
  expect(failedStart(before, 128, 'port')).toMatchObject({
    kind: 'exited',
    code: 128,
    error: 'port',
    startedAt,
  })
  expect(() => failedStart(running, 1, 'x')).toThrow('cannot fail to start')
})

test('an end is never before its start', () => {
  const life = ended(running, { code: 3, oomKilled: true, finishedAt: '2026-01-01T00:00:00.000000000Z' })
  expect(life).toMatchObject({ finishedAt: startedAt, code: 3, oomKilled: true })
  expect(exitCode(life)).toBe(3)
})

test('pausing needs a running one, resuming a paused one', () => {
  const still = paused(running, 'abc')
  expect(wireState(still)).toMatchObject({ Status: 'paused', Running: true, Paused: true, Pid: 7 })
  expect(resumed(still, 'abc')).toEqual(running)
  expect(() => paused(still, 'abc')).toThrow('Container abc is already paused')
  expect(() => resumed(running, 'abc')).toThrow('Container abc is not paused')
  expect(() => paused({ kind: 'created', failure: null }, 'abc')).toThrow('Container abc is not running')
})

test('one that waits for its restart counts as running, without a process', () => {
  const end = ended(running, { code: 3, oomKilled: false, finishedAt: '2026-01-01T00:00:05Z' })
  const life = restarting(end)
  expect(wireState(life)).toMatchObject({
    Status: 'restarting',
    Running: true,
    Restarting: true,
    Pid: 0,
    ExitCode: 3,
  })
  expect(restartGivenUp(life)).toEqual(end)
  expect(() => paused(life, 'abc')).toThrow(
    'Container abc is restarting, wait until the container is running',
  )
  expect(failedStart(life, 128, 'port')).toMatchObject({ kind: 'exited', code: 128, error: 'port' })
})
