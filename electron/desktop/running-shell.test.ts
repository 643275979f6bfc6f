import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { os as procedures } from '@orpc/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Headless, startHeadless } from '../headless/server.ts'
import { serveChannel } from '../router/rpc-server.ts'
import { joinRunningShell, type RunningShell } from './running-shell.ts'
import type { ClosablePort } from './services-ports.ts'

/** A running shell whose calls answer bytes, and count up as a stream until they are cancelled. */
let cancelled: Promise<void>
let folder: string
let headless: Headless
/** Closes the running shell, once. */
let closeShell: () => Promise<void>

beforeEach(async () => {
  const done = Promise.withResolvers<void>()
  cancelled = done.promise
  const router = {
    bytes: procedures.handler(() => new Uint8Array([1, 2, 3])),
    count: procedures.handler(async function* ({ signal }) {
      try {
        for (let i = 0; !signal?.aborted; i++) yield i
      } finally {
        done.resolve()
      }
    }),
  }
  folder = mkdtempSync(path.join(os.tmpdir(), 'longshore-join-'))
  headless = await startHeadless({
    serve: (channel) => serveChannel(router, {}, channel),
    rendererDirectory: folder,
    port: 0,
  })
  let closed: Promise<void> | undefined
  closeShell = () => {
    closed ??= headless.close()
    return closed
  }
})

afterEach(async () => {
  await closeShell()
  rmSync(folder, { recursive: true })
})

/** A window's end of a port that the joined shell serves, and its next batch. */
function window(shell: RunningShell): { port: MessagePort; next: () => Promise<unknown[][]> } {
  const { port1, port2 } = new MessageChannel()
  shell.serve(port1 as unknown as ClosablePort)
  return { port: port2, next: () => new Promise((resolve) => port2.once('message', resolve)) }
}

test('passes calls and their answers on', async () => {
  const shell = await joinRunningShell(headless.link(), () => {})
  const { port, next } = window(shell)
  port.postMessage([['call', 1, ['bytes'], undefined]]) // before the socket is open: it waits
  const [frame] = await next()
  expect(frame?.slice(0, 2)).toEqual(['value', 1])
  expect(frame?.[2]).toStrictEqual(new Uint8Array([1, 2, 3])) // and no Buffer
  port.close()
})

test('ends what a window was running when its port closes', async () => {
  let ends = 0
  const shell = await joinRunningShell(headless.link(), () => {
    ends++
  })
  const { port, next } = window(shell)
  port.postMessage([['call', 1, ['count'], undefined]])
  await next()
  port.close()
  await cancelled
  expect(ends).toBe(0) // the shell itself goes on
})

test('closes the windows and says so once when the running shell goes away', async () => {
  let ends = 0
  const ended = new Promise<void>((resolve) => {
    joinRunningShell(headless.link(), () => {
      ends++
      resolve()
    }).then(async (shell) => {
      const [first, second] = [window(shell), window(shell)]
      const closed = [first, second].map(({ port }) => new Promise((done) => port.once('close', done)))
      for (const { port, next } of [first, second]) {
        port.postMessage([['call', 1, ['bytes'], undefined]])
        await next()
      }
      await closeShell()
      await Promise.all(closed)
    })
  })
  await ended
  expect(ends).toBe(1)
})

test('notices the end also where closing a port says so at once, as Electron may', async () => {
  const ended = Promise.withResolvers<void>()
  const shell = await joinRunningShell(headless.link(), () => ended.resolve())
  const answered = Promise.withResolvers<void>()
  const port = Object.assign(new EventEmitter(), {
    start: () => port.emit('message', { data: [['call', 1, ['bytes'], undefined]] }),
    postMessage: () => answered.resolve(),
    close: () => port.emit('close'),
  })
  shell.serve(port)
  await answered.promise
  await closeShell()
  await ended.promise
})

test('a link that was used is refused', async () => {
  const link = headless.link()
  await joinRunningShell(link, () => {})
  await expect(joinRunningShell(link, () => {})).rejects.toThrow('did not let this window in (status 401)')
})
