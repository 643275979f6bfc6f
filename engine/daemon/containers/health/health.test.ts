import { expect, test } from 'vitest'
import type { HealthState } from '../../../api/container.ts'
import {
  afterProbe,
  checkHealthConfig,
  type HealthCheck,
  healthCheck,
  mergeHealth,
  nextDelay,
  STARTING,
} from './health.ts'

const MS = 1_000_000
const check: HealthCheck = {
  args: ['true'],
  intervalMs: 30_000,
  timeoutMs: 30_000,
  retries: 3,
  startPeriodMs: 10_000,
  startIntervalMs: 500,
}
const result = (ExitCode: number) => ({ Start: 's', End: 'e', ExitCode, Output: '' })
const after = (state: HealthState, codes: readonly number[], age = 60_000) =>
  codes.reduce((each, code) => afterProbe(each, result(code), check, age), state)

test('one success is healthy, as many failures in a row as retries are unhealthy', () => {
  expect(after(STARTING, [0])).toMatchObject({ Status: 'healthy', FailingStreak: 0 })
  expect(after(STARTING, [0, 1, 2])).toMatchObject({ Status: 'healthy', FailingStreak: 2 })
  expect(after(STARTING, [0, 1, 1, 0, 1, 1])).toMatchObject({ Status: 'healthy', FailingStreak: 2 })
  expect(after(STARTING, [0, 1, 1, 1])).toMatchObject({ Status: 'unhealthy', FailingStreak: 3 })
  expect(after(STARTING, [1, 1, 1, 1, 0])).toMatchObject({ Status: 'healthy', FailingStreak: 0 })
})

test('failures in the beginning are told and do not count, until the first success', () => {
  const young = after(STARTING, [1, 1, 1, 1], 5_000)
  expect(young).toMatchObject({ Status: 'starting', FailingStreak: 0 })
  expect(young.Log).toHaveLength(4)
  expect(after(after(young, [0], 5_000), [1, 1, 1], 6_000).Status).toBe('unhealthy')
})

test('the last five results are kept', () => {
  const codes = after(STARTING, [1, 2, 3, 4, 5, 6, 7]).Log.map(({ ExitCode }) => ExitCode)
  expect(codes).toEqual([3, 4, 5, 6, 7])
})

test('checks come at the start interval while the beginning lasts, else at the interval', () => {
  expect(nextDelay(check, 'starting', 9_999)).toBe(500)
  expect(nextDelay(check, 'healthy', 9_999)).toBe(30_000)
  expect(nextDelay(check, 'starting', 10_000)).toBe(30_000)
})

test('what a configuration leaves out has Docker’s defaults; NONE and unknown kinds are no check', () => {
  expect(healthCheck({ Healthcheck: { Test: ['CMD', 'a', 'b'] } })).toEqual({
    args: ['a', 'b'],
    intervalMs: 30_000,
    timeoutMs: 30_000,
    retries: 3,
    startPeriodMs: 0,
    startIntervalMs: 5_000,
  })
  expect(healthCheck({ Healthcheck: { Test: ['CMD-SHELL', 'a b'], Interval: 5 * MS } })).toMatchObject({
    args: ['/bin/sh', '-c', 'a b'],
    intervalMs: 5,
  })
  expect(
    healthCheck({ Shell: ['/bin/ash', '-ec'], Healthcheck: { Test: ['CMD-SHELL', 'x'] } })?.args,
  ).toEqual(['/bin/ash', '-ec', 'x'])
  for (const Test of [[], ['NONE'], ['CMD'], ['OTHER', 'x']]) {
    expect(healthCheck({ Healthcheck: { Test } })).toBeNull()
  }
  expect(healthCheck({})).toBeNull()
})

test('a request that says only a part takes the rest from the image', () => {
  const image = { Test: ['CMD', 'x'], Interval: 7 * MS, Retries: 9 }
  expect(mergeHealth({ Test: [], Interval: 0, Timeout: 3 * MS }, image)).toEqual({
    ...image,
    Timeout: 3 * MS,
  })
  expect(mergeHealth({ Test: ['NONE'] }, image)?.Test).toEqual(['NONE'])
  expect(mergeHealth(undefined, image)).toBe(image)
})

test('times below a millisecond and negative retries are refused', () => {
  expect(() => checkHealthConfig({ Interval: 5 })).toThrow('Interval in Healthcheck cannot be less than 1ms')
  expect(() => checkHealthConfig({ StartInterval: -1 })).toThrow(
    'StartInterval in Healthcheck cannot be less than 1ms',
  )
  expect(() => checkHealthConfig({ Retries: -1 })).toThrow('Retries in Healthcheck cannot be negative')
  expect(() => checkHealthConfig({ Timeout: MS, StartPeriod: 0 })).not.toThrow()
})
