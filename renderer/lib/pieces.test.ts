import { expect, test } from 'vitest'
import { cutText } from './pieces.ts'

test('pieces make the text again and split no character', () => {
  const text = `${'x'.repeat(4095)}\u{1f6a2}${'y'.repeat(5000)}`
  const pieces = cutText(text, 4096)
  expect(pieces.join('')).toBe(text)
  expect(pieces.every((piece) => piece.length <= 4096)).toBe(true)
  expect(pieces.every((piece) => piece.isWellFormed())).toBe(true)
  expect(cutText('', 10)).toEqual([])
})
