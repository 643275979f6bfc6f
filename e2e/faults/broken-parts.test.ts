import { spawn } from 'node:child_process'
import {
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded } from '../fixtures/embedded.ts'
import type { RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { bin, freshFolder } from '../fixtures/paths.ts'
import { isAlive, run, until } from '../fixtures/processes.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { expectSound, giveImage, start } from './harness.ts'

interface State {
  readonly Status: string
  readonly Running: boolean
  readonly Pid: number
  readonly ExitCode: number
  readonly Error: string
}

describe('parts that an engine stands on break', () => {
  const programs = freshFolder('programs')
  let engine: RunningEngine
  let registry: Registry
  let api: Client
  beforeAll(async () => {
    // Programs by links in a folder of its own, so that one can be taken away.
    for (const folder of ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']) {
      for (const name of readdirSync(folder)) {
        try {
          symlinkSync(path.join(folder, name), path.join(programs, name))
        } catch {
          // an earlier folder has one of that name
        }
      }
    }
    registry = await startRegistry()
    engine = await startEmbedded({ env: { PATH: programs } })
    api = new Client(engine.socket)
    await giveImage(engine, registry)
  })
  afterAll(async () => {
    await engine.stop()
    await registry.stop()
    rmSync(programs, { recursive: true, force: true })
  })
  const state = async (id: string) => (await api.get(`/containers/${id}/json`)).json<{ State: State }>().State
  const supervisorOf = (pid: number) =>
    Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

  for (const adopted of [false, true]) {
    test(`a killed supervisor stops its container, keeps its data, and says so${adopted ? ', adopted too' : ''} [01.04]`, async () => {
      const id = await start(api, { Cmd: ['sh', '-c', 'echo kept > /file; exec sleep 1000'] })
      if (adopted) {
        await engine.kill()
        await engine.start()
      }
      const { Pid } = await state(id)
      const wait = api.post(`/containers/${id}/wait`)
      process.kill(supervisorOf(Pid), 'SIGKILL')
      expect((await wait).json<{ StatusCode: number }>().StatusCode).toBe(137)
      expect(await state(id)).toMatchObject({ Status: 'exited', Running: false, ExitCode: 137 })
      expect((await state(id)).Error).toMatch(/supervisor/i)
      expect(hasEnded(Pid)).toBe(true)
      const file = await api.get(`/containers/${id}/archive?path=/file`)
      expect(file.body.toString()).toContain('kept')
      await api.delete(`/containers/${id}?force=1`)
      await expectSound(engine)
    })
  }

  test('without its runtime a start says what is missing, what runs goes on, and a new one is taken', async () => {
    const lives = await start(api, { Cmd: ['sleep', '1000'] })
    const { Id } = (await api.post('/containers/create', { Image: 'faults/busybox:1', Cmd: ['true'] })).json<{
      Id: string
    }>()
    for (const name of ['crun', 'conmon']) {
      renameSync(path.join(programs, name), path.join(programs, `${name}.away`))
      const failed = await api.post(`/containers/${Id}/start`)
      renameSync(path.join(programs, `${name}.away`), path.join(programs, name))
      expect(failed.status, failed.text).toBeGreaterThanOrEqual(500)
      expect(failed.text).toMatch(new RegExp(name))
      expect((await state(Id)).Running).toBe(false)
      expect((await state(lives)).Running).toBe(true)
    }
    expect((await api.post(`/containers/${Id}/start`)).status).toBe(204)
    for (const id of [lives, Id]) await api.delete(`/containers/${id}?force=1`)
    await expectSound(engine)
  })

  for (const [what, content] of [
    ['missing', null],
    ['garbage', 'garbage\0'],
  ] as const) {
    test(`an exit file that is ${what} is an end that nobody saw`, async () => {
      const id = await start(api, { Cmd: ['sh', '-c', 'sleep 0.5; exit 3'] })
      const { Pid } = await state(id)
      await engine.kill()
      await until('the end', () => !isAlive(Pid))
      const folder = await stateOf(engine.root)
      const exits = `${folder}/exits/${id}`
      await until('the exit file', () => readFileSync(exits, 'utf8') !== '')
      for (const file of [exits, `${folder}/persist/${id}/exit`]) {
        if (content === null) rmSync(file, { force: true })
        else writeFileSync(file, content)
      }
      await engine.start()
      expect(await state(id)).toMatchObject({ Status: 'exited', ExitCode: 255, Running: false })
      expect((await state(id)).Error).toMatch(/not seen/)
      expect((await api.post(`/containers/${id}/start`)).status).toBe(204)
      await api.delete(`/containers/${id}?force=1`)
      await expectSound(engine)
    })
  }

  test('a stale pid file and a stale socket of another are no obstacle', async () => {
    await engine.terminate()
    writeFileSync(path.join(engine.root, 'engine.pid'), '1\n')
    writeFileSync(engine.socket, '')
    rmSync(engine.socket)
    await engine.start()
    expect((await api.get('/_ping')).text).toBe('OK')
    await expectSound(engine)
  })

  test('a database of a newer format is refused, and left as it is', async () => {
    await engine.terminate()
    const file = path.join(engine.root, 'engine.db')
    const version = (to?: number) => {
      const db = new DatabaseSync(file)
      if (to !== undefined) db.exec(`PRAGMA user_version = ${to}`)
      const { user_version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
      db.close()
      return user_version
    }
    const own = version()
    version(9999)
    await expect(engine.start()).rejects.toThrow(/newer Longshore/)
    expect(version()).toBe(9999)
    version(own)
    await engine.start()
    await expectSound(engine)
  })

  test('a log that takes nothing more does not end the engine', async () => {
    await engine.terminate()
    const full = openSync('/dev/full', 'w')
    const args = [bin, 'engine', '--root', engine.root, '--socket', engine.socket]
    const child = spawn(process.execPath, args, { stdio: ['ignore', full, full] })
    await until('the engine', async () => (await api.get('/_ping')).status === 200)
    const id = await start(api, { Cmd: ['sh', '-c', 'exit 3'] })
    expect((await api.post(`/containers/${id}/wait`)).json()).toMatchObject({ StatusCode: 3 })
    await api.delete(`/containers/${id}?force=1`)
    child.kill('SIGTERM')
    await new Promise((resolve) => child.on('exit', resolve))
    await engine.start()
    await expectSound(engine)
  })

  test('an engine whose folder is taken away answers, and says what it cannot do', async () => {
    const folder = freshFolder('gone')
    const other = await startEmbedded({ root: path.join(folder, 'root') })
    try {
      const client = new Client(other.socket)
      const id = (await client.post('/volumes/create', { Name: 'volume' })).status
      expect(id).toBe(201)
      rmSync(path.join(folder, 'root'), { recursive: true, force: true })
      mkdirSync(path.join(folder, 'root'))
      expect((await client.get('/_ping')).text).toBe('OK')
      expect((await client.get('/containers/json')).status).toBe(200)
      expect((await client.post('/volumes/create', { Name: 'another' })).status).toBeLessThan(600)
      const pull = await client.post(`/images/create?fromImage=${registry.host}/busybox&tag=latest`)
      expect(pull.status >= 400 || pull.text.includes('"error"')).toBe(true)
      expect((await client.get('/_ping')).text).toBe('OK')
    } finally {
      await other.terminate()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

/** Gone, or waiting to be reaped by whoever inherited it. */
function hasEnded(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}

/** Where an engine keeps what does not survive a reboot, as `engine config` tells it. */
async function stateOf(root: string): Promise<string> {
  const { stdout } = await run(process.execPath, [bin, 'engine', 'config', '--root', root])
  return (JSON.parse(stdout) as { paths: { state: string } }).paths.state
}
