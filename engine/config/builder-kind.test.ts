import { expect, test } from 'vitest'
import { builder } from './builder-kind.ts'

test('bounds of the cache by Docker’s names, in a file and as flags', () => {
  const gc = { enabled: true, defaultKeepStorage: '20GB', defaultMinFreeSpace: 1024 }
  expect(builder.fromFile({ gc })).toEqual({
    gc: { enabled: true, mostUsedBytes: 20 * 1024 ** 3, leastFreeBytes: 1024 },
  })
  expect(builder.fromFlags(['gc.enabled=false', 'gc.defaultReservedSpace=1m'])).toEqual({
    gc: { enabled: false, reservedBytes: 1024 ** 2 },
  })
  expect(builder.fromFile({})).toEqual({ gc: {} })
})

test('what is not honoured is refused with what is', () => {
  expect(() => builder.fromFile({ gc: { policy: [] } })).toThrow('has no policies here')
  expect(() => builder.fromFile({ entitlements: {} })).toThrow('only "gc" is honoured')
  expect(() => builder.fromFlags(['gc.keep=1'])).toThrow('use one of enabled, defaultKeepStorage')
  expect(() => builder.fromFile('gc')).toThrow('an object with "gc"')
})
