import { expect, test } from 'vitest'
import { table, verdict } from './report.ts'
import { summarise } from './statistics.ts'

const row = (ours: number, bound: number) => ({
  name: 'start',
  unit: 'ms' as const,
  figures: { longshore: summarise([ours]), dockerd: summarise([100]) },
  target: { kind: 'ratio' as const, value: bound },
})

test('a ratio is ours over dockerd, and missing the bound is said', () => {
  expect(verdict(row(20, 0.25))).toEqual({ met: true, said: '0.20x of dockerd, bound 0.25x' })
  expect(verdict(row(30, 0.25))?.met).toBe(false)
})

test('the table has a line a row, and a dash for who did not take part', () => {
  const text = table([row(30, 0.25)], ['longshore', 'dockerd', 'podman'])
  expect(text.split('\n')[1]).toMatch(/^start +30\.0 ms +100\.0 ms +- .*NO$/)
})
