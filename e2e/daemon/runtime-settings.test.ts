import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { verify } from '../fixtures/embedded.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { giveBox, type OwnDaemon, POLITE, startDaemon } from './daemon.ts'

const folder = freshFolder('state')
let daemon: OwnDaemon
afterEach(async () => {
  await daemon.stop()
  rmSync(folder, { recursive: true, force: true })
})

const NONE = { NetworkMode: 'none' }
const runtime = async () => (await daemon.api.get('/info')).json<{ DefaultRuntime: string }>().DefaultRuntime
const restart = async (config: object) => {
  daemon.configure(config)
  await daemon.engine.terminate()
  await daemon.engine.start()
}

test('default-runtime is the one that is used, and what it has started it also ends [25.07]', async () => {
  daemon = await startDaemon({ 'default-runtime': 'runc' })
  await giveBox(daemon.api)
  expect(await runtime()).toBe('runc')
  const id = await daemon.start({ Cmd: POLITE, HostConfig: NONE })
  await restart({ 'default-runtime': 'crun' })
  // A container that runs must be ended by the runtime that made it: the change waits.
  expect(await runtime()).toBe('runc')
  expect((await daemon.api.get(`/containers/${id}/json`)).text).toContain('"Status":"running"')
  expect((await daemon.api.delete(`/containers/${id}?force=1`)).status).toBe(204)
  await restart({ 'default-runtime': 'crun' })
  expect(await runtime()).toBe('crun')
  const again = await daemon.start({ Cmd: ['true'], HostConfig: NONE })
  expect((await daemon.api.post(`/containers/${again}/wait`)).json()).toMatchObject({ StatusCode: 0 })
  expect(await verify(daemon.engine.root)).toMatchObject({ code: 0 })
})

test('exec-root is where a boot’s state is, and nothing is left of it after a clean end [25.07]', async () => {
  const state = path.join(folder, 'state')
  daemon = await startDaemon({ 'exec-root': state, pidfile: path.join(folder, 'engine.pid') })
  await giveBox(daemon.api)
  const id = await daemon.start({ Cmd: POLITE, HostConfig: NONE })
  expect(readdirSync(state)).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/)])
  expect(existsSync(path.join(folder, 'engine.pid'))).toBe(true)
  await daemon.engine.kill()
  await daemon.engine.start()
  expect((await daemon.api.get(`/containers/${id}/json`)).text).toContain('"Status":"running"')
  // Who looks from outside need not be told of it.
  expect(await verify(daemon.engine.root)).toMatchObject({ code: 0 })
  await daemon.api.delete(`/containers/${id}?force=1`)
  await daemon.engine.terminate()
  expect(readdirSync(state)).toEqual([])
  expect(existsSync(path.join(folder, 'engine.pid'))).toBe(false)
  await daemon.engine.start()
})
