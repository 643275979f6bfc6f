import { expect, test } from 'vitest'
import { LiveList } from './live-list.ts'

interface Row {
  readonly id: string
  readonly n: number
}

function opened() {
  let stopped = 0
  const list = new LiveList<Row>(
    () => () => {
      stopped += 1
    },
    (row) => row.id,
  )
  return { list, stopped: () => stopped }
}

test('a reset replaces, a patch touches only its rows', () => {
  const { list } = opened()
  const a = { id: 'a', n: 1 }
  list.take({ type: 'reset', rows: [a, { id: 'b', n: 1 }], asOf: 't1' })
  list.take({
    type: 'patch',
    upserts: [
      { id: 'b', n: 2 },
      { id: 'c', n: 1 },
    ],
    removals: [],
    asOf: 't2',
  })
  expect(list.get().rows).toEqual([a, { id: 'b', n: 2 }, { id: 'c', n: 1 }])
  expect(list.get().rows[0]).toBe(a)
  expect(list.changedAt(a)).toBe(0)
  list.take({ type: 'patch', upserts: [], removals: ['a'], asOf: 't3' })
  expect(list.get()).toMatchObject({ asOf: 't3', stale: null, loaded: true })
  expect(list.row('a')).toBeUndefined()
})

test('rows stay, marked as old, while the engine is away', () => {
  const { list } = opened()
  list.take({ type: 'stale', reason: 'away' })
  expect(list.get()).toEqual({ rows: [], loaded: false, asOf: null, stale: 'away' })
  list.take({ type: 'reset', rows: [{ id: 'a', n: 1 }], asOf: 't1' })
  list.take({ type: 'stale', reason: 'gone' })
  expect(list.get()).toMatchObject({ loaded: true, stale: 'gone' })
  expect(list.get().rows).toHaveLength(1)
  const { asOf } = list.get()
  expect(Date.parse(asOf ?? '')).toBeGreaterThan(0)
  list.take({ type: 'stale', reason: 'still gone' })
  expect(list.get().asOf).toBe(asOf)
})

test('listeners hear each message until they stop', () => {
  const { list, stopped } = opened()
  let heard = 0
  const stop = list.subscribe(() => {
    heard += 1
  })
  list.take({ type: 'reset', rows: [], asOf: 't1' })
  stop()
  list.take({ type: 'reset', rows: [], asOf: 't2' })
  expect(heard).toBe(1)
  expect(stopped()).toBe(0) // it lingers for those who come back
})
