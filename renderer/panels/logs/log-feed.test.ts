import { beforeAll, expect, test } from 'vitest'
import { LogFeed } from './log-feed.ts'

beforeAll(() => {
  // Node has no frames; what is tested here does not wait for one.
  globalThis.requestAnimationFrame ??= () => 0
})

const line = (sequence: number, text: string) => ({
  sequence,
  at: `2026-01-01T00:00:00.${String(sequence).padStart(9, '0')}Z`,
  stream: 'stdout' as const,
  text,
})

test('keeps the newest lines and finds in them', () => {
  const feed = new LogFeed(4)
  feed.take({ type: 'lines', lines: [line(1, 'one hit'), line(2, 'two'), line(3, '\u001b[31mHIT\u001b[0m')] })
  feed.find('hit')
  expect(feed.matches).toEqual([0, 2])
  feed.take({ type: 'lines', lines: [line(4, 'x'), line(5, 'hit again')] })
  expect(feed.ring.first).toBe(1)
  expect(feed.matches).toEqual([2, 4])
})

test('passes over what was here before a reconnect', () => {
  const feed = new LogFeed()
  feed.take({ type: 'lines', lines: [line(1, 'a'), line(2, 'b')] })
  const after = feed.lastAt
  feed.take({ type: 'lines', lines: [line(2, 'b'), line(3, 'c')] }, after)
  expect([...feed.ring].map((entry) => (entry.type === 'line' ? entry.line.text : ''))).toEqual([
    'a',
    'b',
    'c',
  ])
})

test('keeps few lines when they are long', () => {
  const feed = new LogFeed()
  const text = 'x'.repeat(1024 * 1024)
  feed.take({ type: 'lines', lines: Array.from({ length: 40 }, (_, at) => line(at, text)) })
  expect(feed.ring.length).toBe(32)
  expect(feed.ring.first).toBe(8)
})
