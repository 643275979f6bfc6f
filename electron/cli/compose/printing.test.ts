import { describe, expect, test } from 'vitest'
import { momentOf } from './moment.ts'
import { readComposeOptions } from './options.ts'
import { ago, ports } from './print-services.ts'
import { printTable } from './table.ts'

describe('printing', () => {
  test.each([
    [0, 'Less than a second'],
    [1, '1 second'],
    [59, '59 seconds'],
    [60, 'About a minute'],
    [125, '2 minutes'],
    [3700, 'About an hour'],
    [7300, '2 hours'],
    [60 * 60 * 24 * 15, '2 weeks'],
    [60 * 60 * 24 * 800, '2 years'],
  ])('an age of %d seconds is %s', (seconds, words) => {
    expect(ago(1_000, 1_000 + seconds)).toBe(words)
  })

  test('ports as docker ps writes them', () => {
    const list = [
      { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { PrivatePort: 53, Type: 'udp' },
    ]
    expect(ports({ Ports: list })).toBe('0.0.0.0:8080->80/tcp, 53/udp, [::]:8080->80/tcp')
  })

  test('a table has its columns below each other, and nothing behind the last', () => {
    expect(
      printTable(
        ['A', 'LONG'],
        [
          ['aaaa', 'b'],
          ['c', ''],
        ],
      ),
    ).toBe('A      LONG\naaaa   b\nc\n')
  })
})

describe('moments', () => {
  const now = Date.parse('2030-01-31T12:00:00Z')
  test.each([
    ['1700000000', '1700000000'],
    ['90s', '1896091110.000000000'],
    ['1h30m', '1896085800.000000000'],
    ['2030-01-31T11:00:00Z', '1896087600'],
    ['2030-01-31T11:00:00.123456789Z', '1896087600.123456789'],
  ])('%s', (text, seconds) => {
    expect(momentOf(text, now)).toBe(seconds)
  })

  test('what is none is refused', () => {
    expect(() => momentOf('soon', now)).toThrow('"soon" is no moment')
  })
})

describe('what stands before the command', () => {
  test('flags, and the variables that stand in for them', () => {
    const { project, command, rest } = readComposeOptions(['-p', 'x', '--profile', 'a', 'logs', '-f'], {
      COMPOSE_FILE: 'a.yml:b.yml',
      COMPOSE_PARALLEL_LIMIT: '3',
      COMPOSE_PROGRESS: 'json',
    })
    expect(project).toMatchObject({
      files: ['a.yml', 'b.yml'],
      name: 'x',
      profiles: ['a'],
      parallel: 3,
      progress: 'json',
    })
    expect([command, rest]).toEqual(['logs', ['-f']])
    expect(readComposeOptions(['-f', 'c', 'up'], { COMPOSE_FILE: 'a' }).project.files).toEqual(['c'])
  })
})
