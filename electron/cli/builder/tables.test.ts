import { describe, expect, test } from 'vitest'
import { ago, cacheLines, historyLines, pruneLines, table } from './tables.ts'

const NOW = 1_800_000_000_000

describe('tables of the builder', () => {
  test('columns are as wide as they must be', () => {
    expect(
      table([
        ['a', 'bb', ''],
        ['ccc', 'd', 'e'],
      ]),
    ).toEqual(['a    bb', 'ccc  d   e'])
  })

  test('ages in the largest unit that fits', () => {
    const ages = [0, 1500, 61_000, 7_300_000, 200_000_000].map((past) => ago(NOW - past, NOW))
    expect(ages).toEqual(['0 seconds ago', '1 second ago', '1 minute ago', '2 hours ago', '2 days ago'])
  })

  test('the cache, largest first, each with why it is kept', () => {
    const record = {
      ...{ id: 'a'.repeat(64), type: 'regular', description: 'RUN make', bytes: 1500, createdAt: NOW },
      ...{ lastUsedAt: NOW - 60_000, uses: 2, inUse: false, shared: true, keptBecause: 'an image has it' },
    }
    const times = { createdAt: NOW, lastUsedAt: NOW }
    const mount = { name: 'c0ffee', id: '/root/.cache', bytes: 500, ...times, inUse: true }
    const twice = { ...record, id: mount.name, type: 'exec.cachemount', bytes: 500, shared: false }
    const lines = cacheLines([{ ...record, bytes: 1, shared: false }, record, twice], [mount], NOW)
    expect(lines[1]).toBe('aaaaaaaaaaaa  1.50kB  1 minute ago  2     RUN make  an image has it')
    expect(lines.slice(-2)).toEqual(['Shared with images: 1.50kB', 'Total: 2.00kB'])
    expect(lines.join('\n')).toContain('/root/.cache')
  })

  test('a plan says what goes and what stays', () => {
    const line = { id: 'b'.repeat(64), description: 'COPY . .', bytes: 2000, reason: 'unused for 3 days' }
    expect(pruneLines({ remove: [line], keep: [{ ...line, reason: 'in use' }], bytes: 2000 })).toEqual([
      'remove  bbbbbbbbbbbb  2.00kB  COPY . .  unused for 3 days',
      'keep    bbbbbbbbbbbb  2.00kB  COPY . .  in use',
      'Frees 2.00kB',
    ])
  })

  test('builds with how they ended', () => {
    const build = {
      ...{
        id: 'c'.repeat(64),
        title: 'app',
        state: 'failed' as const,
        startedAt: NOW - 3000,
        completedAt: NOW,
      },
      ...{ target: null, platform: null, names: [], imageId: null, error: 'exit code: 1\nmore', warnings: 0 },
      steps: { total: 5, cached: 2, completed: 3 },
    }
    expect(historyLines([build], NOW)[1]).toBe(
      'cccccccccccc  app    failed  3 seconds ago  3.0s  3/5    2 cached  exit code: 1',
    )
  })
})
