import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LogEntry } from './log-feed.ts'
import { MergedLog } from './merged-log.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => setTimeout(run, 16))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const WEB = { name: 'web', colour: 0 }
const DB = { name: 'db', colour: 1 }
const line = (at: string, text: string) => ({
  sequence: 0,
  at: `2026-11-23T10:00:${at}Z`,
  stream: 'stdout' as const,
  text,
})
const shown = (log: MergedLog) =>
  [...log.feed.ring].map((entry: LogEntry) =>
    entry.type === 'line' ? `${entry.source?.name} ${entry.line.text}` : entry.type,
  )

test('lines of several containers stand in the order of their times', () => {
  const log = new MergedLog()
  log.take('1', WEB, { type: 'lines', lines: [line('01.5', 'b'), line('03.25', 'd')] }, '')
  log.take('2', DB, { type: 'lines', lines: [line('01.25', 'a'), line('02', 'c')] }, '')
  vi.advanceTimersByTime(200)
  expect(shown(log)).toEqual(['db a', 'web b', 'db c', 'web d'])
})

test('a muted service is not shown, and is there again when it is heard', () => {
  const log = new MergedLog()
  log.take('1', WEB, { type: 'lines', lines: [line('01', 'a')] }, '')
  log.mute(new Set(['web']))
  log.take('2', DB, { type: 'lines', lines: [line('02', 'b')] }, '')
  vi.advanceTimersByTime(200)
  expect(shown(log)).toEqual(['db b'])
  log.mute(new Set())
  expect(shown(log)).toEqual(['web a', 'db b'])
})

test('after a reconnect nothing is shown twice', () => {
  const log = new MergedLog()
  log.take('1', WEB, { type: 'lines', lines: [line('01', 'a')] }, '')
  const after = log.lastAt('1')
  log.take('1', WEB, { type: 'lines', lines: [line('01', 'a'), line('02', 'b')] }, after)
  vi.advanceTimersByTime(200)
  expect(shown(log)).toEqual(['web a', 'web b'])
})
