/** One engine's life against a scripted Docker API on a real socket: lists by events, loss, return, nothing told twice. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineState } from '../../contract/engines.ts'
import { Engine } from './engine.ts'
import { ScriptedEngine } from './scripted-engine.ts'

let folder: string
let socket: string
let scripted: ScriptedEngine
let engine: Engine
let states: EngineState['kind'][]

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-engine-'))
  socket = path.join(folder, 's')
  scripted = new ScriptedEngine()
  scripted.containers.set('one', { name: 'web', running: true })
  states = []
  const entry = { id: 'e', name: 'E', kind: 'local', endpoint: `unix://${socket}` } as const
  engine = new Engine(
    entry,
    null,
    () => states.push(engine.view.state.kind),
    () => {},
  )
})
afterEach(async () => {
  engine.stop()
  await scripted.stop()
  await rm(folder, { recursive: true })
})

const rows = () =>
  [...engine.objects.containers.rows.values()].map((row) => `${row.name} ${row.state.kind}`).sort()
const exact = () => [...engine.objects.containers.rows.values()].every((row) => row.terminal)
const connected = () => engine.view.state.kind === 'connected'

test('connects, reads the lists, and makes each row exact', async () => {
  await scripted.start(socket)
  engine.start()
  await until(() => connected() && exact())
  expect(rows()).toEqual(['web running'])
  expect([...engine.objects.images.rows.values()][0]?.usedBy).toEqual(['web'])
  expect(engine.view.capabilities?.apiVersion).toBe('1.41')
})

test('an event is one read of the object that it names', async () => {
  await scripted.start(socket)
  engine.start()
  await until(() => connected() && exact())
  scripted.requests.length = 0
  scripted.containers.set('two', { name: 'db', running: true })
  scripted.tell('start', 'two')
  await until(() => rows().includes('db running'))
  expect(scripted.requests).toEqual(['GET /v1.41/containers/two/json'])
  scripted.containers.delete('two')
  scripted.tell('destroy', 'two')
  await until(() => rows().length === 1)
  scripted.tell('exec_start: sh', 'one')
  scripted.tell('die', 'gone-already')
  await until(() => scripted.requests.length === 2)
  expect(rows()).toEqual(['web running'])
})

test('a thousand events of one container are few reads, and the last one counts', async () => {
  await scripted.start(socket)
  engine.start()
  await until(() => connected() && exact())
  scripted.requests.length = 0
  for (let i = 0; i < 1000; i++) scripted.tell(i % 2 === 0 ? 'die' : 'start', 'one')
  scripted.containers.set('one', { name: 'web', running: false })
  scripted.tell('die', 'one')
  await until(() => rows()[0] === 'web exited')
  expect(scripted.requests.length).toBeLessThan(500)
})

test('a lost engine leaves its rows, marked stale; when it returns the list is read once, from where it was', async () => {
  await scripted.start(socket)
  engine.start()
  await until(connected)
  let told = false
  engine.onEvent(() => {
    told = true
  })
  scripted.tell('start', 'one')
  await until(() => told && exact())
  const watch = engine.objects.containers.watch(undefined)
  expect((await watch.next()).value).toMatchObject({ type: 'reset' })
  await scripted.stop()
  let message = (await watch.next()).value
  while (message?.type !== 'stale') message = (await watch.next()).value
  expect(rows()).toEqual(['web running'])
  expect(() => engine.client).toThrow('does not answer')
  scripted.containers.set('one', { name: 'web', running: false })
  scripted.requests.length = 0
  await scripted.start(socket)
  engine.reconnect()
  while (message?.type !== 'reset') message = (await watch.next()).value
  await until(() => rows()[0] === 'web exited')
  expect(scripted.requests.filter((line) => line === 'GET /v1.41/containers/json?all=1')).toHaveLength(1)
  expect(scripted.requests).toContain('GET /v1.41/events?since=1700000000.000000000')
  expect(states).toContain('unreachable')
})

test('an event that comes again after a reconnect is told once', async () => {
  await scripted.start(socket)
  const told: string[] = []
  engine.onEvent((event) => told.push(event.Action))
  engine.start()
  await until(connected)
  const text = scripted.tell('start', 'one')
  scripted.tell('', 'one', text)
  scripted.tell('die', 'one')
  await until(() => told.length >= 2)
  expect(told).toEqual(['start', 'die'])
})

test('an engine that was never there says why, and is found when it comes', async () => {
  engine.start()
  await until(() => engine.view.state.kind === 'unreachable')
  expect(engine.view.state).toMatchObject({ reason: expect.stringContaining('socket does not exist') })
  await scripted.start(socket)
  engine.reconnect()
  await until(connected)
})

test('a reconcile finds what was changed without an event', async () => {
  await scripted.start(socket)
  engine.start()
  await until(() => connected() && exact())
  scripted.containers.set('one', { name: 'renamed', running: true })
  scripted.containers.set('two', { name: 'db', running: false })
  await engine.objects.reconcile()
  await until(() => rows().join() === 'db exited,renamed running')
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
