import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, statfsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded } from '../fixtures/embedded.ts'
import type { RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { busyboxTar } from '../fixtures/images.ts'
import { makeImage, pushImage } from '../fixtures/oci.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { mustRun, run, until } from '../fixtures/processes.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { tar } from '../fixtures/tar.ts'
import { expectSound, giveImage, IMAGE, start } from './harness.ts'

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
