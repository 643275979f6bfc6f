import { describe, expect, test } from 'vitest'
import type { ListMessage } from '../../contract/live.ts'
import { LiveList } from './live-list.ts'
import { Subject } from './subject.ts'

interface Row {
  readonly id: string
  readonly n: number
}

function list(): LiveList<Row> {
  return new LiveList<Row>((row) => row.id)
}

/** What a message says, without its time. */
function words(result: IteratorResult<ListMessage<Row>, void>): string {
  if (result.done) return 'done'
  const message = result.value
  const rows = (all: readonly Row[]) => all.map((row) => `${row.id}${row.n}`).join(' ')
  switch (message.type) {
    case 'reset':
      return `reset ${rows(message.rows)}`.trim()
    case 'patch':
      return `patch ${rows(message.upserts)} -${message.removals.join(' ')}`
    case 'stale':
      return `stale ${message.reason}`
  }
}

describe('a live list', () => {
  test('tells a reset, then only what changed', async () => {
    const live = list()
    live.reset([{ id: 'a', n: 1 }])
    const watch = live.watch(undefined)
    expect(words(await watch.next())).toBe('reset a1')
    live.patch([
      { id: 'a', n: 1 },
      { id: 'b', n: 1 },
    ])
    expect(words(await watch.next())).toBe('patch b1 -')
    live.patch([], ['a', 'never-there'])
    expect(words(await watch.next())).toBe('patch  -a')
  })

  test('a slow watcher gets the newest of each row, once', async () => {
    const live = list()
    live.reset([])
    const watch = live.watch(undefined)
    await watch.next()
    for (let n = 0; n < 1000; n++) live.patch([{ id: 'a', n }])
    live.patch([{ id: 'b', n: 1 }])
    live.patch([], ['b'])
    expect(words(await watch.next())).toBe('patch a999 -b')
  })

  test('says nothing before it was read, and that it is stale when the engine goes', async () => {
    const live = list()
    const watch = live.watch(undefined)
    const first = watch.next()
    live.stale('away')
    expect(words(await first)).toBe('stale away')
    live.reset([{ id: 'a', n: 1 }])
    expect(words(await watch.next())).toBe('reset a1')
    live.stale('away again')
    const late = live.watch(undefined)
    expect(words(await late.next())).toBe('reset a1')
    expect(words(await late.next())).toBe('stale away again')
  })

  test('a reconcile tells differences, and a reset after a gap', async () => {
    const live = list()
    live.reset([
      { id: 'a', n: 1 },
      { id: 'b', n: 1 },
    ])
    const watch = live.watch(undefined)
    await watch.next()
    live.reconcile([
      { id: 'a', n: 1 },
      { id: 'c', n: 1 },
    ])
    expect(words(await watch.next())).toBe('patch c1 -b')
    live.stale('away')
    live.reconcile([{ id: 'a', n: 1 }])
    expect(words(await watch.next())).toBe('reset a1')
  })

  test('an abort ends the watch', async () => {
    const ending = new AbortController()
    const watch = list().watch(ending.signal)
    const next = watch.next()
    ending.abort()
    expect((await next).done).toBe(true)
  })
})

test('a subject gives the newest value and skips what was replaced', async () => {
  const subject = new Subject(0)
  const ending = new AbortController()
  const watch = subject.watch(ending.signal)
  expect((await watch.next()).value).toBe(0)
  for (let n = 1; n <= 100; n++) subject.set(n)
  expect((await watch.next()).value).toBe(100)
  const next = watch.next()
  ending.abort()
  expect((await next).done).toBe(true)
})
