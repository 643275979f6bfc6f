/** One services process a state folder, and a fresh link for whoever asks. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ControlSocket, takeState } from './control-socket.ts'

let state: string
let open: ControlSocket[]

beforeEach(async () => {
  state = await mkdtemp(path.join(os.tmpdir(), 'longshore-state-'))
  open = []
})
afterEach(async () => {
  for (const socket of open) await socket.close()
  await rm(state, { recursive: true, force: true })
})

async function take(): Promise<ControlSocket | string> {
  const taken = await takeState(state)
  if ('runningLink' in taken) return taken.runningLink
  open.push(taken.socket)
  return taken.socket
}

test('the first takes the folder, the second gets a link, each a new one', async () => {
  const first = (await take()) as ControlSocket
  let count = 0
  first.serve(() => `http://link/${++count}`)
  expect(await take()).toBe('http://link/1')
  expect(await take()).toBe('http://link/2')
})

test('the second waits while the first is still starting', async () => {
  const first = (await take()) as ControlSocket
  const second = take()
  first.serve(() => 'http://link')
  expect(await second).toBe('http://link')
})

test('only the user may ask', async () => {
  await take()
  expect((await stat(path.join(state, 'shell.sock'))).mode & 0o777).toBe(0o600)
})

test('a socket file that a killed shell left behind is no hindrance', async () => {
  const address = path.join(state, 'shell.sock')
  const listen = `require('net').createServer().listen(${JSON.stringify(address)}, () => process.kill(process.pid, 'SIGKILL'))`
  const child = spawn(process.execPath, ['-e', listen])
  await once(child, 'exit')
  expect((await stat(address)).isSocket()).toBe(true)
  expect(typeof (await take())).toBe('object')
})

test('a folder whose path is too long is refused in words', async () => {
  const long = path.join(state, 'x'.repeat(100))
  await expect(takeState(long)).rejects.toMatchObject({ kind: 'invalid' })
  await writeFile(path.join(state, 'kept'), '')
})
