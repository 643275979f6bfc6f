import { describe, expect, test } from 'vitest'
import type { LogMessage } from '../../contract/logs.ts'
import { LineReader, type RawLine } from './line-reader.ts'
import { LogBuffer } from './log-buffer.ts'
import { toSeconds } from './logs.ts'

function lines(from: number, count: number): RawLine[] {
  return Array.from({ length: count }, (_, i) => ({ at: 't', stream: 'stdout', text: `${from + i}` }))
}

async function collect(buffer: LogBuffer): Promise<LogMessage[]> {
  const messages: LogMessage[] = []
  for await (const message of buffer.read(undefined)) messages.push(message)
  return messages
}

describe('the buffer', () => {
  test('keeps order, with marks between lines, and says the end', async () => {
    const buffer = new LogBuffer(1000)
    buffer.add(lines(0, 700))
    buffer.mark('t', 'exited 1')
    buffer.add(lines(700, 1))
    buffer.end()
    const messages = await collect(buffer)
    expect(messages.map((message) => message.type)).toEqual(['lines', 'lines', 'mark', 'lines', 'end'])
    const all = messages.flatMap((message) => (message.type === 'lines' ? message.lines : []))
    expect(all.map((line) => line.sequence)).toEqual(Array.from({ length: 701 }, (_, i) => i))
  })

  test('drops the oldest for a slow reader and counts them', async () => {
    const buffer = new LogBuffer(100)
    buffer.add(lines(0, 1000))
    buffer.end()
    const [skipped, first] = await collect(buffer)
    expect(skipped).toEqual({ type: 'skipped', count: 900 })
    expect(first?.type === 'lines' && first.lines[0]?.text).toBe('900')
  })

  test('keeps few lines when they are long, and sends few at a time', async () => {
    const buffer = new LogBuffer(20_000)
    const text = 'x'.repeat(100_000)
    for (let i = 0; i < 1000; i++) buffer.add([{ at: 't', stream: 'stdout', text }])
    buffer.end()
    const [skipped, first, ...rest] = await collect(buffer)
    expect(skipped).toEqual({ type: 'skipped', count: 1000 - 167 })
    expect(first?.type === 'lines' && first.lines.length).toBe(2)
    expect(rest.at(-2)).toMatchObject({ type: 'lines', lines: [{ sequence: 999 }] })
  })

  test('passes a failure on after what came before it', async () => {
    const buffer = new LogBuffer(100)
    buffer.add(lines(0, 1))
    buffer.end(new Error('gone'))
    const read = buffer.read(undefined)
    expect((await read.next()).value).toMatchObject({ type: 'lines' })
    await expect(read.next()).rejects.toThrow('gone')
  })

  test('has room again when the reader has taken lines', async () => {
    const buffer = new LogBuffer(10)
    buffer.add(lines(0, 10))
    let room = false
    const waiting = buffer.room(new AbortController().signal).then(() => {
      room = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(room).toBe(false)
    await buffer.read(undefined).next()
    await waiting
  })
})

describe('lines', () => {
  const output = (stream: 'stdout' | 'stderr', text: string | Buffer) => ({
    stream,
    bytes: Buffer.from(text),
  })

  test('are cut by stream, whatever the pieces, characters in pieces included', () => {
    const reader = new LineReader()
    const euro = Buffer.from('2026-11-23T10:00:00.1Z 5 €\n')
    expect(reader.take(output('stdout', euro.subarray(0, 26)))).toEqual([])
    expect(reader.take(output('stderr', '2026-11-23T10:00:00.2Z oops\r\n'))).toEqual([
      { at: '2026-11-23T10:00:00.2Z', stream: 'stderr', text: 'oops' },
    ])
    expect(reader.take(output('stdout', euro.subarray(26)))).toEqual([
      { at: '2026-11-23T10:00:00.1Z', stream: 'stdout', text: '5 €' },
    ])
    reader.take(output('stdout', '2026-11-23T10:00:00.3Z no end'))
    expect(reader.end()).toEqual([{ at: '2026-11-23T10:00:00.3Z', stream: 'stdout', text: 'no end' }])
  })

  test('may be empty, and one that never ends comes in pieces', () => {
    const reader = new LineReader()
    expect(reader.take(output('stdout', '2026-11-23T10:00:00Z \n'))[0]?.text).toBe('')
    expect(reader.take(output('stdout', 'x'.repeat(70_000)))[0]?.text).toHaveLength(70_000)
  })
})

test('the pieces of a line have its time', () => {
  const reader = new LineReader()
  const piece = (text: string) => reader.take({ stream: 'stdout', bytes: Buffer.from(text) })
  const at = '2026-11-23T10:00:00.1Z'
  expect(piece(`${at} ${'y'.repeat(70_000)}`)).toMatchObject([{ at }])
  expect(piece('y'.repeat(70_000))).toMatchObject([{ at }])
  expect(piece(`end\n2026-11-23T10:00:00.2Z next\n`)).toEqual([
    { at, stream: 'stdout', text: 'end' },
    { at: '2026-11-23T10:00:00.2Z', stream: 'stdout', text: 'next' },
  ])
})

test('times keep their nanoseconds', () => {
  expect(toSeconds('2026-11-23T10:00:00.123456789Z')).toBe('1795428000.123456789')
  expect(toSeconds('2026-11-23T10:00:00Z')).toBe('1795428000.000000000')
  expect(toSeconds('42')).not.toBe('')
})
