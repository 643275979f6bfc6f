import { expect, test } from 'vitest'
import { nextDelay, wantsRestart } from './restart-policy.ts'

const policy = (Name: string, MaximumRetryCount = 0) => ({ Name, MaximumRetryCount })
const end = (code: number, restarts = 0, stoppedByHand = false) => ({ code, restarts, stoppedByHand })

test('policies want what their names say', () => {
  expect(wantsRestart(policy('no'), end(1), false)).toBe(false)
  expect(wantsRestart(policy('always'), end(0), false)).toBe(true)
  expect(wantsRestart(policy('unless-stopped'), end(0), false)).toBe(true)
  expect(wantsRestart(policy('on-failure'), end(0), false)).toBe(false)
  expect(wantsRestart(policy('on-failure', 3), end(1, 2), false)).toBe(true)
  expect(wantsRestart(policy('on-failure', 3), end(1, 3), false)).toBe(false)
})

test('one that was stopped by hand is left alone', () => {
  expect(wantsRestart(policy('always'), end(0, 0, true), false)).toBe(false)
  expect(wantsRestart(policy('always'), end(0, 0, true), true)).toBe(true)
  expect(wantsRestart(policy('unless-stopped'), end(0, 0, true), true)).toBe(false)
})

test('the wait doubles to a minute, and begins anew after a run of ten seconds', () => {
  const waits = [100]
  while (waits.length < 12) waits.push(nextDelay(waits.at(-1) ?? null, 50))
  expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000])
  expect(nextDelay(null, 0)).toBe(100)
  expect(nextDelay(60_000, 10_000)).toBe(100)
  expect(nextDelay(400, 9_999)).toBe(800)
})
