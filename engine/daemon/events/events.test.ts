import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { EventMessage } from '../../api/events.ts'
import { openEventStream } from './event-stream.ts'
import { Journal } from './journal.ts'

const filters = (entries: Record<string, string[]> = {}) => new Map(Object.entries(entries))
const parse = (lines: string) =>
  lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as EventMessage)

/** Everything so far: the stream of a time that is over ends by itself. */
async function past(journal: Journal, asked: Record<string, string[]> = {}, since = '1'): Promise<string[]> {
  const until = ((Date.now() + 1) / 1000).toFixed(9)
  const lines = await text(openEventStream(journal, { since, until, filters: filters(asked) }))
  return parse(lines).map(({ Type, Action, Actor }) => `${Type} ${Action} ${Actor.ID}`)
}

function filled(): Journal {
  const journal = new Journal()
  journal.emit('container', 'create', 'c1', { image: 'busybox:1', name: 'web', role: 'a' })
  journal.emit('network', 'connect', 'n1', { container: 'c1', name: 'bridge', type: 'bridge' })
  journal.emit('container', 'exec_create: sh -c x', 'c1', { image: 'busybox:1', name: 'web' })
  journal.emit('volume', 'create', 'v1', { driver: 'local' })
  journal.emit('image', 'tag', 'sha256:1', { name: 'flag:1' })
  return journal
}

test('the line is Docker’s, with exact nanoseconds', () => {
  const journal = filled()
  const [entry] = journal.after(0) ?? []
  expect(JSON.parse(entry?.line ?? '')).toMatchObject({
    status: 'create',
    id: 'c1',
    from: 'busybox:1',
    Type: 'container',
    Action: 'create',
    Actor: { ID: 'c1', Attributes: { image: 'busybox:1', name: 'web' } },
    scope: 'local',
  })
  expect(entry?.line).toContain(`"timeNano":${entry?.nano}}`)
})

test('filters choose, alone and together', async () => {
  const journal = filled()
  expect(await past(journal, { type: ['volume'] })).toEqual(['volume create v1'])
  expect(await past(journal, { event: ['exec_create'] })).toEqual(['container exec_create: sh -c x c1'])
  expect(await past(journal, { container: ['web'], event: ['create'] })).toEqual(['container create c1'])
  expect(await past(journal, { container: ['c1'], type: ['network'] })).toEqual(['network connect n1'])
  expect(await past(journal, { image: ['busybox'] })).toHaveLength(2)
  expect(await past(journal, { label: ['role=a'] })).toEqual(['container create c1'])
  expect(() =>
    openEventStream(journal, { since: '', until: '', filters: filters({ nosuch: ['x'] }) }),
  ).toThrow("Invalid filter 'nosuch'")
})

test('a follower gets what comes, and an end when it goes', async () => {
  const journal = filled()
  const stream = openEventStream(journal, { since: '', until: '', filters: filters() })
  const first = new Promise<string>((resolve) =>
    stream.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  )
  journal.emit('container', 'start', 'c1', {})
  expect(parse(await first)[0]?.Action).toBe('start')
  expect(journal.followers).toBe(1)
  await new Promise<void>((resolve) => {
    stream.on('close', resolve)
    stream.destroy()
  })
  expect(journal.followers).toBe(0)
})

test('one who does not read costs no memory and is cut off, not told less', async () => {
  const journal = new Journal()
  const stream = openEventStream(journal, { since: '', until: '', filters: filters() })
  const ended = new Promise<Error>((resolve) => stream.on('error', resolve))
  stream.read(0)
  for (let n = 0; n < 20_000; n++) journal.emit('container', 'start', 'c1', { n: String(n) })
  expect(stream.readableLength).toBeLessThan(100_000)
  stream.resume()
  expect((await ended).message).toMatch(/too slowly/)
})
