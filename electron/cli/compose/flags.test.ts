import { describe, expect, test } from 'vitest'
import { type FlagTable, readFlags } from './flags.ts'

const TABLE: FlagTable = {
  file: { type: 'string', short: 'f', multiple: true },
  detach: { type: 'boolean', short: 'd' },
  tty: { type: 'boolean', short: 'T' },
  index: { type: 'string' },
}
const read = (line: string, leading = true) => readFlags(line.split(' '), TABLE, { leading, usage: 'x' })

describe('flags', () => {
  test.each([
    ['-f a -f b up -d', ['a', 'b'], ['up', '-d']],
    ['--file=a up', ['a'], ['up']],
    ['-fa up', ['a'], ['up']],
    ['-dT web sh -c -f', [], ['web', 'sh', '-c', '-f']],
    ['-df a web', ['a'], ['web']],
    ['-- -f', [], ['-f']],
  ])('before the first name: %s', (line, files, names) => {
    const flags = read(line)
    expect([flags.list('file'), flags.names]).toEqual([files, names])
  })

  test('a flag without a value may say true or false', () => {
    expect(read('--detach=true web', false).yes('detach')).toBe(true)
    expect(read('--detach=false web', false).yes('detach')).toBe(false)
  })

  test.each([
    ['--index one', () => read('--index one', false).whole('index'), 'invalid'],
    ['--nothing', () => read('--nothing', false), 'longshore x --help'],
  ])('refuses %s', (_, act, message) => {
    expect(act).toThrow(message === 'invalid' ? 'whole number' : message)
  })
})
