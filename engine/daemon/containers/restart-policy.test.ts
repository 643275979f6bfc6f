import { expect, test } from 'vitest'
import { wantsRestart } from './restart-policy.ts'

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
