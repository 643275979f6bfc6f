import { expect, test } from 'vitest'
import { formatBytes, formatMemory, formatPercent, parseMemory } from './bytes.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [9_960, '10 kB'],
  [18_400_000, '18 MB'],
  [999_999, '1.0 MB'],
  [1_234_000_000, '1.2 GB'],
])('%d bytes read %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

test('a limit of 512 MiB reads as one sets it', () => expect(formatMemory(512 * 1024 ** 2)).toBe('512 MB'))

test.each([
  [0, '0.0%'],
  [6.08, '6.1%'],
  [99.96, '100%'],
  [231.4, '231%'],
])('%d percent reads %s', (percent, text) => expect(formatPercent(percent)).toBe(text))

test.each([
  ['512m', 512 * 1024 ** 2],
  ['1.5 GB', 1.5 * 1024 ** 3],
  ['64', 64],
  ['2GiB', 2 * 1024 ** 3],
  ['much', null],
  ['', null],
])('%j is a size of %s', (text, bytes) => expect(parseMemory(text)).toBe(bytes))
