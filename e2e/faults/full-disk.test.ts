import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded } from '../fixtures/embedded.ts'
import { type RunningEngine, removeEverything } from '../fixtures/engine.ts'
import { type Answer, Client } from '../fixtures/http.ts'
import { busyboxTar } from '../fixtures/images.ts'
import { makeImage, pushImage } from '../fixtures/oci.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { delay, mustRun, run, until } from '../fixtures/processes.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { tar } from '../fixtures/tar.ts'
import { dockerArchive, expectSound, giveImage, IMAGE, repeats, start } from './harness.ts'

describe('a full disk', () => {
  const folder = freshFolder('full')
  const disk = path.join(folder, 'disk')
  let engine: RunningEngine
  let registry: Registry
  let api: Client
  beforeAll(async () => {
    const file = path.join(folder, 'disk.img')
    await mustRun('truncate', ['-s', '48M', file])
    await mustRun('mkfs.ext4', ['-q', '-F', '-m', '0', file])
    mkdirSync(disk)
    await mustRun('mount', ['-o', 'loop', file, disk])
    registry = await startRegistry()
    engine = await startEmbedded({ root: path.join(disk, 'root') })
    api = new Client(engine.socket)
    await giveImage(engine, registry)
  })
  afterAll(async () => {
    await engine.stop()
    await registry.stop()
    await run('umount', ['-l', disk])
    rmSync(folder, { recursive: true, force: true })
  })
  afterEach(makeRoom)
  const free = () => {
    const { bavail, bsize } = statfsSync(disk)
    return bavail * bsize
  }

  test('a pull that does not fit says so, leaves nothing, and the engine goes on', async () => {
    const big = makeImage([busyboxTar(), tar([{ path: 'big', content: randomBytes(60_000_000) }])], {
      Cmd: ['true'],
    })
    await pushImage(registry.host, 'big', '1', big)
    const before = free()
    const answer = await api.post(`/images/create?fromImage=${registry.host}/big&tag=1`)
    const error = answer.status === 200 ? answer.lines<{ error?: string }>().at(-1)?.error : answer.text
    expect(error, answer.text.slice(-2000)).toMatch(/no space left|disk is full|ENOSPC/i)
    expect((await api.get(`/images/${registry.host}/big:1/json`)).status).toBe(404)
    expect(free()).toBeGreaterThan(before - 1_000_000)
    await expectSound(engine)

    const id = await start(api, { Cmd: ['sh', '-c', 'exit 3'] })
    expect((await api.post(`/containers/${id}/wait`)).json()).toMatchObject({ StatusCode: 3 })
    await api.delete(`/containers/${id}`)
  })

  /** Takes every byte, the blocks that only root may use included. */
  function fill(): void {
    for (const size of [1 << 20, 1 << 16, 1 << 10]) {
      const file = openSync(path.join(disk, `filler-${size}`), 'a')
      try {
        for (;;) writeSync(file, Buffer.alloc(size, 'x'))
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC')
      } finally {
        closeSync(file)
      }
    }
  }
  function makeRoom(): void {
    for (const size of [1 << 20, 1 << 16, 1 << 10]) rmSync(path.join(disk, `filler-${size}`), { force: true })
  }

  /** What is asked of an engine whose disk is full. What it cannot do it says; what it says it has done is done. */
  const ASKED: Readonly<
    Record<string, (more: { running: string; stopped: string; n: number }) => Promise<Answer>>
  > = {
    pull: () => api.post(`/images/create?fromImage=${registry.host}/small&tag=1`),
    load: ({ n }) => {
      const image = makeImage([tar([{ path: 'f', content: randomBytes(500_000) }])], { Cmd: ['true'] })
      const headers = { 'Content-Type': 'application/x-tar' }
      return api.request('POST', '/images/load', { body: dockerArchive(image, `full/load:${n}`), headers })
    },
    tag: ({ n }) => api.post(`/images/${IMAGE}/tag?repo=full/tag&tag=${n}`),
    create: ({ n }) =>
      api.post('/containers/create', {
        Image: IMAGE,
        Cmd: ['true'],
        HostConfig: { Binds: [`full-${n}:/data`] },
      }),
    'start of another': ({ stopped }) => api.post(`/containers/${stopped}/start`),
    commit: ({ running, n }) => api.post(`/commit?container=${running}&repo=full/commit&tag=${n}`, {}),
    'volume create': ({ n }) => api.post('/volumes/create', { Name: `full-volume-${n}` }),
    exec: ({ running }) => api.post(`/containers/${running}/exec`, { Cmd: ['true'] }),
    stop: ({ running }) => api.post(`/containers/${running}/stop?t=0`),
    'remove of one': ({ running }) => api.delete(`/containers/${running}?force=1`),
    'remove of an image': () => api.delete(`/images/${registry.host}/busybox:latest`),
    'image prune': () => api.post('/images/prune'),
    'volume prune': () => api.post('/volumes/prune'),
  }

  for (let round = 0; round < repeats; round++) {
    test(`whatever is asked on it, nothing breaks, and room heals it without a restart (${round})`, async () => {
      await pushImage(
        registry.host,
        'small',
        '1',
        makeImage([busyboxTar(), tar([{ path: 'small', content: randomBytes(300_000) }])], { Cmd: ['true'] }),
      )
      const running = await start(api, { Cmd: ['sleep', '1000'] })
      const stopped = (await api.post('/containers/create', { Image: IMAGE, Cmd: ['true'] })).json<{
        Id: string
      }>().Id
      await until(
        'the room that the engine keeps',
        () => statSync(`${engine.root}/engine.db`).size > 1_000_000,
      )
      fill()
      expect(free()).toBe(0)
      const said: string[] = []
      for (const [what, ask] of Object.entries(ASKED)) {
        fill()
        const answer = await ask({ running, stopped, n: round })
        const last = answer.text.trim().split('\n').at(-1) ?? ''
        const failed = answer.status >= 400 || last.includes('"error"')
        said.push(`${what}: ${answer.status} ${failed ? last.slice(0, 300) : ''}`)
        if (failed && !last.includes('page not found'))
          expect(last, what).toMatch(/no space left|disk is full/i)
      }
      console.log(`on a full disk:\n${said.join('\n')}`)
      await expectSound(engine, said.join('\n'))
      // What makes room works on it.
      for (const what of ['tag', 'stop', 'remove of one', 'image prune', 'volume prune']) {
        expect(said.find((line) => line.startsWith(what))).toMatch(/: 20[0-9] $/)
      }
      fill()
      await engine.kill()
      await engine.start()
      await expectSound(engine, 'started on a full disk')
      makeRoom()
      const id = await start(api, { Cmd: ['sh', '-c', 'echo x > /file; exit 3'] })
      expect((await api.post(`/containers/${id}/wait`)).json()).toMatchObject({ StatusCode: 3 })
      await removeEverything(engine.socket)
      await expectSound(engine, 'with room again', ['--deep'])
    })
  }

  test('a container whose log finds no room goes on, and so does its log when there is', async () => {
    const id = await start(api, {
      Cmd: ['sh', '-c', 'i=0; while :; do i=$((i+1)); echo line $i; usleep 2000; done'],
    })
    const tail = async () => (await api.get(`/containers/${id}/logs?stdout=1&tail=1`)).text
    await until('lines', async () => (await tail()).includes('line'))
    fill()
    await delay(1500)
    expect((await api.get(`/containers/${id}/json`)).json()).toMatchObject({ State: { Running: true } })
    expect((await api.get(`/containers/${id}/logs?stdout=1&tail=1`)).status).toBe(200)
    makeRoom()
    const before = await tail()
    await until('later lines', async () => (await tail()) !== before)
    expect((await api.delete(`/containers/${id}?force=1`)).status).toBe(204)
    await expectSound(engine)
  })

  test('a container that fills the disk ends by itself, and can be removed', async () => {
    const id = await start(api, {
      Image: IMAGE,
      Cmd: ['sh', '-c', 'dd if=/dev/zero of=/fill bs=1M; echo code $?'],
    })
    expect((await api.post(`/containers/${id}/wait`)).json()).toMatchObject({ StatusCode: 0 })
    expect((await api.get('/_ping')).text).toBe('OK')
    expect((await api.delete(`/containers/${id}?force=1`)).status).toBe(204)
    await until('the space to be free again', () => free() > 20_000_000)
    await expectSound(engine)
  })
})
