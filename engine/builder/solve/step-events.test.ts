/** What a step's output is told as. */
import { expect, test } from 'vitest'
import type { BuildEvent } from './progress.ts'
import { StepEvents } from './step-events.ts'

/** The text of `chunks` that a step wrote. */
function told(...chunks: readonly Uint8Array[]): string {
  const events: BuildEvent[] = []
  const { log } = new StepEvents(
    's',
    (event) => events.push(event),
    () => 1,
  ).io(new AbortController().signal)
  for (const chunk of chunks) log('stdout', chunk)
  return events.map((event) => (event.kind === 'log' ? event.text : '')).join('')
}

test('a character in two pieces of output is one', () => {
  const bytes = Buffer.from('naïve 🚢\n')
  expect(told(...[...bytes].map((byte) => Uint8Array.of(byte)))).toBe('naïve 🚢\n')
})

test('of control characters only those of terminals are told as they are', () => {
  expect(told(Buffer.from('\x1b[31mred\x1b[0m\tof\r\n'))).toBe('\x1b[31mred\x1b[0m\tof\r\n')
  expect(told(Buffer.from('a\0b\x07\b\f\x1f\x7f\x9bc'))).toBe(`a\ufffdb\x07\b${'\ufffd'.repeat(4)}c`)
})

test('NULs take no more than three bytes each in JSON', () => {
  expect(Buffer.byteLength(JSON.stringify(told(Buffer.alloc(1000))))).toBe(3002)
})
