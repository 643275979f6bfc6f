import { expect, test } from 'vitest'
import { parseAnsi, plainText } from './ansi.ts'

const shape = (line: string) => parseAnsi(line).map((span) => [span.text, span.foreground, span.bold])

test('plain text is one span', () => {
  expect(shape('hello')).toEqual([['hello', null, false]])
  expect(parseAnsi('')).toEqual([])
})

test('colours and weight begin and end', () => {
  expect(shape('a\u001b[31mb\u001b[1mc\u001b[0md')).toEqual([
    ['a', null, false],
    ['b', 1, false],
    ['c', 1, true],
    ['d', null, false],
  ])
})

test('bright, indexed and true colours', () => {
  expect(parseAnsi('\u001b[91mx')[0]?.foreground).toBe(9)
  expect(parseAnsi('\u001b[38;5;196mx')[0]?.foreground).toBe('rgb(255 0 0)')
  expect(parseAnsi('\u001b[38;5;4mx')[0]?.foreground).toBe(4)
  expect(parseAnsi('\u001b[48;2;1;2;3;4mx')[0]).toMatchObject({ background: 'rgb(1 2 3)', underline: true })
})

test('a progress line shows what was written last', () => {
  expect(plainText('10%\r50%\r100%\r\n')).toBe('100%')
})

test('other sequences and control characters are dropped', () => {
  expect(plainText('\u001b[2K\u001b]0;title\u0007ok\u0000\u001b[1A')).toBe('ok')
  expect(shape('\u001b]8;;http://x\u001b\\link')).toEqual([['link', null, false]])
})
