/** Starting the embedded engine, with a small program in its place. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmbedded } from './embedded.ts'

let folder: string
let pid = 0

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-embedded-'))
  pid = 0
})
afterEach(async () => {
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself, as in the test of one that does.
  }
  pid = 0
  await rm(folder, { recursive: true })
})

async function start(program: string, signal = new AbortController().signal): Promise<string[]> {
  const file = path.join(folder, 'engine.cjs')
  await writeFile(file, program)
  const told: string[] = []
  const options = {
    program: file,
    node: process.execPath,
    root: path.join(folder, 'root'),
    socket: path.join(folder, 's'),
  }
  await startEmbedded(
    options,
    (what) => told.push(what),
    signal,
    (started) => {
      pid = started
    },
  )
  return told
}

const LISTEN = `
const socket = process.argv[process.argv.indexOf('--socket') + 1]
console.log('root', process.argv[process.argv.indexOf('--root') + 1])
require('http').createServer((q, r) => r.end('OK')).listen(socket)`

test('resolves when it answers; it runs in a session of its own, its words go to engine.log', async () => {
  const told = await start(LISTEN)
  expect(told).toEqual(['Starting the engine'])
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const session = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3])
  expect(session).toBe(pid)
  const log = await readFile(path.join(folder, 'root/engine.log'), 'utf8')
  expect(log).toContain(`root ${path.join(folder, 'root')}`)
})

test('its pid is known while it still starts, so that it can be stopped then', async () => {
  const abort = new AbortController()
  const starting = start('setInterval(() => {}, 1000)', abort.signal)
  await expect.poll(() => pid).toBeGreaterThan(0)
  abort.abort()
  await expect(starting).rejects.toThrow()
})

test('one that ends at once is told with its last words', async () => {
  const starting = start("console.error('conmon is missing'); process.exitCode = 1")
  await expect(starting).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('exit code 1'),
    remedy: expect.stringContaining('engine check'),
    cause: expect.objectContaining({ message: expect.stringContaining('conmon is missing') }),
  })
})

test('a copy without an engine says so', async () => {
  const options = {
    program: '/nowhere',
    node: process.execPath,
    root: folder,
    socket: path.join(folder, 's'),
  }
  const starting = startEmbedded(
    options,
    () => {},
    new AbortController().signal,
    () => {},
  )
  await expect(starting).rejects.toMatchObject({ remedy: 'Connect another engine.' })
})
