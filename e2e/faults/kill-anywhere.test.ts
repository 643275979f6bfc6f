import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded } from '../fixtures/embedded.ts'
import { type RunningEngine, removeEverything } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { layeredImage } from '../fixtures/images.ts'
import { pushImage } from '../fixtures/oci.ts'
import { bin } from '../fixtures/paths.ts'
import { delay, run } from '../fixtures/processes.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { expectSound, giveImage, IMAGE, randomNumbers, repeats } from './harness.ts'

/** What clients do while the engine dies under them. Each ends when its connection does. */
const WORK: readonly ((api: Client, registry: string) => Promise<unknown>)[] = [
  async (api) => {
    for (;;) {
      const { Id } = (
        await api.post('/containers/create', {
          Image: IMAGE,
          Cmd: ['true'],
          HostConfig: { AutoRemove: true },
        })
      ).json<{ Id: string }>()
      await api.post(`/containers/${Id}/start`)
      await api.post(`/containers/${Id}/wait?condition=removed`)
    }
  },
  async (api) => {
    for (;;) {
      const { Id } = (
        await api.post('/containers/create', {
          Image: IMAGE,
          Cmd: ['sleep', '1000'],
          HostConfig: { Binds: ['chaos:/v'], NetworkMode: 'none' },
        })
      ).json<{ Id: string }>()
      await api.post(`/containers/${Id}/start`)
      await api.delete(`/containers/${Id}?force=1`)
    }
  },
  async (api, registry) => {
    for (;;) {
      await api.post(`/images/create?fromImage=${registry}/layered&tag=1`)
      await api.delete(`/images/${registry}/layered:1?force=1`)
    }
  },
]

describe('the engine is killed at any moment', () => {
  let engine: RunningEngine
  let registry: Registry
  let api: Client
  beforeAll(async () => {
    registry = await startRegistry()
    engine = await startEmbedded()
    api = new Client(engine.socket)
    await giveImage(engine, registry)
    await pushImage(registry.host, 'layered', '1', layeredImage('docker'))
  })
  afterAll(async () => {
    await engine.stop()
    await registry.stop()
  })

  test('the next one is sound, and everything works', async () => {
    const random = randomNumbers('kill-anywhere')
    for (let kill = 0; kill < 4 * repeats; kill++) {
      const work = WORK.map((job) => job(api, registry.host).catch(() => undefined))
      await delay(100 + random(900))
      await engine.kill()
      await Promise.all(work)
      await engine.start()
      await removeEverything(engine.socket)
      await expectSound(engine)
    }
    const created = await api.post('/containers/create', { Image: IMAGE, Cmd: ['sh', '-c', 'exit 3'] })
    const { Id } = created.json<{ Id: string }>()
    expect((await api.post(`/containers/${Id}/start`)).status).toBe(204)
    expect((await api.post(`/containers/${Id}/wait`)).json()).toMatchObject({ StatusCode: 3 })
    await api.delete(`/containers/${Id}`)
  })

  test('a second engine on the same folder is refused, and the first goes on', async () => {
    const second = await run(
      process.execPath,
      [bin, 'engine', '--root', engine.root, '--socket', `${engine.socket}2`],
      { timeoutMs: 20_000 },
    )
    expect(second.code).not.toBe(0)
    expect(second.code).not.toBe(137)
    expect(second.stderr).toMatch(/another engine|already|in use|running/i)
    expect((await api.get('/_ping')).text).toBe('OK')
  })
})
