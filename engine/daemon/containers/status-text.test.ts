import { expect, test } from 'vitest'
import { humanDuration, statusText } from './status-text.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

test.each([
  [0, 'Less than a second'],
  [SECOND, '1 second'],
  [59 * SECOND, '59 seconds'],
  [61 * SECOND, 'About a minute'],
  [5 * MINUTE, '5 minutes'],
  [61 * MINUTE, 'About an hour'],
  [5 * HOUR, '5 hours'],
  [47 * HOUR, '47 hours'],
  [3 * DAY, '3 days'],
  [15 * DAY, '2 weeks'],
  [90 * DAY, '3 months'],
  [800 * DAY, '2 years'],
])('%i ms are %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text)
})

test('each life has its words', () => {
  const now = Date.parse('2026-01-01T00:00:10Z')
  const startedAt = '2026-01-01T00:00:00.000000000Z'
  expect(statusText({ kind: 'created', failure: null }, now)).toBe('Created')
  expect(statusText({ kind: 'running', pid: 1, startedAt }, now)).toBe('Up 10 seconds')
  expect(statusText({ kind: 'paused', pid: 1, startedAt }, now)).toBe('Up 10 seconds (Paused)')
  const exited = {
    kind: 'exited',
    code: 137,
    oomKilled: false,
    startedAt,
    finishedAt: startedAt,
    error: '',
  } as const
  expect(statusText(exited, now)).toBe('Exited (137) 10 seconds ago')
})
