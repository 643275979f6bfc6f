/** A log followed through everything that happens to its container and its engine. */
import { mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LogMessage } from '../../contract/logs.ts'
import { Engine } from '../engines/engine.ts'
import type { Engines } from '../engines/engines.ts'
import { ScriptedEngine } from '../engines/scripted-engine.ts'
import { Logs } from './logs.ts'

let folder: string
let socket: string
let scripted: ScriptedEngine
let engine: Engine
let logs: Logs
/** What the container has written: time in seconds and text. */
let stored: (readonly [number, string])[]
let followers: Set<ServerResponse>
const stop = new AbortController()

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-logs-'))
  socket = path.join(folder, 's')
  scripted = new ScriptedEngine()
  scripted.containers.set('one', { name: 'web', running: true })
  stored = []
  followers = new Set()
  scripted.routes['/containers/one/logs'] = (response, url) => {
    response.writeHead(200)
    response.flushHeaders()
    const since = Number(url.searchParams.get('since') ?? 0) - 1_700_000_000
    const tail = Number(url.searchParams.get('tail') ?? Number.MAX_SAFE_INTEGER)
    const lines = stored.filter(([at]) => at >= since)
    for (const line of lines.slice(-tail)) response.write(wire(line))
    if (url.searchParams.get('follow') && scripted.containers.get('one')?.running) followers.add(response)
    else response.end()
  }
  await scripted.start(socket)
  const entry = { id: 'e', name: 'E', kind: 'local', endpoint: `unix://${socket}` } as const
  engine = new Engine(
    entry,
    null,
    () => {},
    () => {},
  )
  engine.start()
  await until(() => engine.view.state.kind === 'connected')
  logs = new Logs({ get: () => engine } as unknown as Engines)
})
afterEach(async () => {
  engine.stop()
  await scripted.stop()
  await rm(folder, { recursive: true })
})

/** The container (with a terminal, so without frames) writes a line. */
function write(at: number, text: string): void {
  stored.push([at, text])
  for (const follower of followers) follower.write(wire([at, text]))
}

function wire([at, text]: readonly [number, string]): string {
  return `${new Date((1_700_000_000 + at) * 1000).toISOString()} ${text}\r\n`
}

function setRunning(running: boolean): void {
  scripted.containers.set('one', { name: 'web', running })
  if (!running) for (const follower of followers) follower.end()
  if (!running) followers.clear()
  scripted.tell(running ? 'start' : 'die', 'one')
}

/** Collects what a follower is told, as short words. */
function follow(options: { tail?: number; follow?: boolean } = {}): string[] {
  const told: string[] = []
  const read = async () => {
    const messages = logs.follow('e', 'one', { tail: 100, follow: true, ...options }, stop.signal)
    for await (const message of messages) told.push(...words(message))
  }
  read().catch((error: unknown) => told.push(`error ${String(error)}`))
  return told
}

function words(message: LogMessage): string[] {
  switch (message.type) {
    case 'lines':
      return message.lines.map((line) => line.text)
    case 'mark':
      return [`(${message.text})`]
    case 'skipped':
      return [`skipped ${message.count}`]
    case 'end':
      return ['(end)']
  }
}

test('a log that is not followed is read to its end', async () => {
  for (let i = 0; i < 10; i++) write(i, `${i}`)
  const told = follow({ follow: false, tail: 3 })
  await until(() => told.includes('(end)'))
  expect(told).toEqual(['7', '8', '9', '(end)'])
})

test('lines go on through an engine that dies and comes back, none lost, none doubled', async () => {
  write(1, 'a')
  write(1, 'b')
  const told = follow()
  await until(() => told.length === 2)
  await scripted.stop()
  followers.clear()
  // While the engine is away: one of the same time as the last that was seen, and later ones.
  write(1, 'c')
  write(2, 'd')
  await scripted.start(socket)
  engine.reconnect()
  await until(() => told.includes('d'))
  write(3, 'e')
  await until(() => told.includes('e'))
  expect(told).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('a stop and a start are marked, and following goes on behind them', async () => {
  write(1, 'a')
  const told = follow()
  await until(() => told.includes('a'))
  setRunning(false)
  await until(() => told.includes('(exited)'))
  setRunning(true)
  write(2, 'b')
  await until(() => told.includes('b'))
  expect(told).toEqual(['a', '(exited)', '(started)', 'b'])
})

test('the removal of the container is the end', async () => {
  const told = follow()
  await until(() => followers.size === 1)
  setRunning(false)
  await until(() => told.includes('(exited)'))
  scripted.containers.delete('one')
  scripted.tell('destroy', 'one')
  await until(() => told.includes('(end)'))
  expect(told).toEqual(['(exited)', '(end)'])
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
