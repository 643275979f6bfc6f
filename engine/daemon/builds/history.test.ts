import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BuildEvent } from '../../builder/solve/progress.ts'
import { BUILD_HISTORY_SCHEMA, BuildHistoryRecords } from '../records/build-history.ts'
import { openDatabase } from '../records/database.ts'
import type { BuildHead } from './fold.ts'
import { BuildHistory, type HistoryLimits } from './history.ts'

let folder: string
let db: DatabaseSync
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-history-'))
})
afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

function open(limits?: HistoryLimits) {
  db = openDatabase(join(folder, 'engine.db'), [BUILD_HISTORY_SCHEMA])
  return new BuildHistory(join(folder, 'builds'), new BuildHistoryRecords(db), limits)
}

const head = (id: string, startedAt = 1): BuildHead => ({
  ...{ kind: 'head', id, title: 'app', startedAt, target: null, platform: null, args: { V: '1' } },
})
const dockerfile: BuildEvent = { kind: 'dockerfile', at: 2, path: 'Dockerfile', text: 'FROM x' }
const steps: BuildEvent = {
  ...{ kind: 'steps', at: 2, steps: [{ id: 's0', name: '[1/1] RUN x', inputs: [], origin: null }] },
}
const done: BuildEvent = {
  ...{ kind: 'step', at: 3, id: 's0', now: { state: 'done', startedAt: 2, completedAt: 3 }, layerBytes: 7 },
  reason: { kind: 'new', text: 'first built here' },
}
const log = (id: string, text: string) =>
  ({ kind: 'log', at: 1, id, stream: 'stdout', text }) satisfies BuildEvent
const result: BuildEvent = {
  ...{ kind: 'result', at: 4, result: { imageId: 'sha256:1', manifestDigest: null, names: ['app:latest'] } },
}

async function all(events: AsyncIterable<BuildEvent>): Promise<BuildEvent[]> {
  const list: BuildEvent[] = []
  for await (const event of events) list.push(event)
  return list
}

test('a build is listed while it runs and after it, and read back from the start', async () => {
  const history = open()
  const build = await history.open(head('a1'))
  build.add(steps)
  const early = all(history.events('a1', true))
  expect(history.list()).toMatchObject([{ id: 'a1', state: 'running', completedAt: null }])
  build.add(dockerfile)
  build.add(done)
  build.add(result)
  await build.end()
  expect(await early).toEqual([steps, dockerfile, done, result])
  db.close()
  const again = open()
  expect(await all(again.events('a1', true))).toEqual([steps, dockerfile, done, result])
  expect(again.list()).toMatchObject([
    { id: 'a1', state: 'done', completedAt: 4, names: ['app:latest'], steps: { total: 1, completed: 1 } },
  ])
  expect(await again.detail('a1')).toMatchObject({
    ...{ dockerfile: { path: 'Dockerfile', text: 'FROM x' }, args: { V: '1' } },
    stepDetails: [{ id: 's0', name: '[1/1] RUN x', layerBytes: 7, reason: { kind: 'new' } }],
  })
  await again.forget('a1')
  expect(readdirSync(join(folder, 'builds'))).toEqual([])
  expect(() => again.events('a1', false)).toThrow('no such build: a1')
})

test('one that was running when the engine was killed has failed, half a line and all', async () => {
  const history = open()
  const build = await history.open(head('b1'))
  build.add(steps)
  // Once it can be read it is in the file.
  for await (const _ of history.events('b1', true)) break
  appendFileSync(join(folder, 'builds', 'b1.jsonl'), '{"kind":"st')
  db.close()
  const again = open()
  await again.recover()
  expect(again.list()).toMatchObject([
    { id: 'b1', state: 'failed', error: 'the engine was stopped in the middle of it', completedAt: 2 },
  ])
})

test('the oldest are forgotten when there are too many, or too much of them', async () => {
  const history = open({ builds: 2, bytes: 100_000 })
  const build = async (id: string, startedAt: number, text = '') => {
    const one = await history.open(head(id, startedAt))
    one.add(log('s0', text))
    one.add(result)
    await one.end()
  }
  await build('c1', 1)
  await build('c2', 2)
  await build('c3', 3)
  expect(history.list().map(({ id }) => id)).toEqual(['c3', 'c2'])
  await build('c4', 4, 'x'.repeat(200_000))
  expect(history.list().map(({ id }) => id)).toEqual(['c4'])
  expect(readdirSync(join(folder, 'builds'))).toEqual(['c4.jsonl'])
})

test('a step that says too much has its first 8 MB kept, as they are in the log, and older builds stay', async () => {
  const history = open({ builds: 10, bytes: 32 * 1024 * 1024 })
  const quiet = await history.open(head('d1', 1))
  quiet.add(result)
  await quiet.end()
  const loud = await history.open(head('d2', 2))
  const watched = all(history.events('d2', true))
  // Each byte of it is two in JSON.
  const piece = log('s0', '"'.repeat(64 * 1024))
  for (let i = 0; i < 400; i++) loud.add(piece)
  loud.add(log('s1', 'another step\n'))
  loud.add(done)
  loud.add(result)
  await loud.end()
  expect(history.list().map(({ id }) => id)).toEqual(['d2', 'd1'])
  const { size } = statSync(join(folder, 'builds', 'd2.jsonl'))
  expect(size).toBeGreaterThan(8 * 1024 * 1024)
  expect(size).toBeLessThan(8.2 * 1024 * 1024)
  const kept = await all(history.events('d2', false))
  expect(kept.slice(-4)).toEqual([
    log('s0', '\n[output clipped: 8 MB of this step are kept]\n'),
    ...[log('s1', 'another step\n'), done, result],
  ])
  expect(kept.slice(0, -4).every((event) => event.kind === 'log' && event.text === piece.text)).toBe(true)
  expect(await watched).toEqual(kept)
})
