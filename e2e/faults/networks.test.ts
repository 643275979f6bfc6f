/** Networks of one's own when the engine, or the server of names, is killed, and after a reboot. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded } from '../fixtures/embedded.ts'
import { type RunningEngine, removeEverything } from '../fixtures/engine.ts'
import { streamText } from '../fixtures/frames.ts'
import { Client } from '../fixtures/http.ts'
import { marksOf, settledDifference, snapshot } from '../fixtures/leaks.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { delay, run, until } from '../fixtures/processes.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { expectSound, giveImage, randomNumbers, repeats, start } from './harness.ts'

describe('networks', () => {
  let engine: RunningEngine
  let registry: Registry
  let api: Client
  let marks: string[]
  beforeAll(async () => {
    registry = await startRegistry()
    engine = await startEmbedded()
    api = new Client(engine.socket)
    marks = await marksOf(engine)
    await giveImage(engine, registry)
  })
  afterAll(async () => {
    await engine.stop()
    await registry.stop()
  })

  // The engine's own cgroup comes and goes.
  const look = async () => ({ ...(await snapshot(marks)), cgroups: [] })
  const make = async (name: string) =>
    expect((await api.post('/networks/create', { Name: name, CheckDuplicate: true })).status).toBe(201)
  const inside = async (container: string, ...Cmd: string[]): Promise<string> => {
    const made = await api.post(`/containers/${container}/exec`, { Cmd, AttachStdout: true })
    const { Id } = made.json<{ Id: string }>()
    return streamText(
      await (await api.hijack('POST', `/exec/${Id}/start`, { upgrade: true, json: {} })).all(),
      1,
    )
  }
  const finds = (container: string, name: string) =>
    until(`the name ${name}`, async () => /^Name:/m.test(await inside(container, 'nslookup', name)))
  const server = () =>
    readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .find((pid) => {
        const words = commandLine(pid).split('\0')
        return words[1] === 'dns' && marks.some((mark) => words[3]?.includes(mark))
      })

  test('names and ports go on without the engine, and with the next one [01.04] [22.03]', async () => {
    const before = await look()
    await make('fault-a')
    const web = await start(api, {
      Cmd: ['httpd', '-f', '-p', '80', '-h', '/var/www'],
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { NetworkMode: 'fault-a', PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '' }] } },
      NetworkingConfig: { EndpointsConfig: { 'fault-a': { Aliases: ['web'] } } },
    })
    const asking = 'while :; do nslookup web | grep -q ^Name && echo found || echo lost; sleep 0.1; done'
    const client = await start(api, { Cmd: ['sh', '-c', asking], HostConfig: { NetworkMode: 'fault-a' } })
    const { Ports } = (await api.get(`/containers/${web}/json`)).json<{
      NetworkSettings: { Ports: Record<string, { HostPort: string }[]> }
    }>().NetworkSettings
    const port = Ports['80/tcp']?.[0]?.HostPort
    const names = server()
    await engine.kill()
    for (const host of ['127.0.0.1', '[::1]']) {
      expect(await (await fetch(`http://${host}:${port}/`)).text()).toContain('moored')
    }
    await engine.start()
    expect(server()).toBe(names)
    await finds(client, 'web')
    const log = streamText((await api.get(`/containers/${client}/logs?stdout=1`)).body, 1)
    expect(log).toContain('found')
    expect(log).not.toContain('lost')
    await expectSound(engine)
    // Killed, it is begun again with all that it knew.
    process.kill(Number(names), 'SIGKILL')
    await until('another server', () => server() !== undefined && server() !== names)
    await finds(client, 'web')
    for (const id of [web, client]) await api.delete(`/containers/${id}?force=1`)
    await until('its end', () => server() === undefined)
    expect((await api.delete('/networks/fault-a')).status).toBe(204)
    expect((await settledDifference(before, look)).join('\n')).toBe('')
  })

  test('killed while networks come and go: nothing is left over, nothing is lost [01.04] [22.01]', async () => {
    const random = randomNumbers('networks')
    const before = await look()
    let n = 0
    for (let kill = 0; kill < 4 * repeats; kill++) {
      let killed = false
      const made = new Set<string>()
      const work = [0, 1].map(async () => {
        while (!killed) await comeAndGo(`come-${n++}`, made).catch(() => undefined)
      })
      await delay(200 + random(900))
      killed = true
      await engine.kill()
      await Promise.all(work)
      await engine.start()
      const names = (await api.get('/networks')).json<{ Name: string }[]>().map(({ Name }) => Name)
      for (const name of made) expect(names).toContain(name)
      await expectSound(engine, `kill ${kill}`)
      await removeEverything(engine.socket)
      await expectSound(engine, `after kill ${kill}`)
    }
    expect((await settledDifference(before, look)).join('\n')).toBe('')
  })

  test('after a reboot they are there again, and containers start on them [01.04] [22.01]', async () => {
    // The engine reads the boot id from this file where it is set, so that a reboot can be played.
    const bootId = path.join(freshFolder('boot'), 'boot_id')
    const env = { LONGSHORE_BOOT_ID_FILE: bootId }
    writeFileSync(bootId, '11111111-1111-1111-1111-111111111111\n')
    await engine.terminate()
    await engine.start(env)
    await make('fault-b')
    const id = await start(api, { Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: 'fault-b' } })
    const { State } = (await api.get(`/containers/${id}/json`)).json<{ State: { Pid: number } }>()
    await engine.kill()
    // What a power cut takes with it: every process and the bridges, whose name is the network's id.
    const supervisor = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${State.Pid}/status`, 'utf8'))?.[1])
    for (const pid of [supervisor, State.Pid, Number(server())]) process.kill(pid, 'SIGKILL')
    const links = (await run('ip', ['-o', 'link'])).stdout.split('\n')
    for (const line of links.filter((each) =>
      marks.some((mark) => each.includes(`alias longshore ls-${mark}`)),
    ))
      await run('ip', ['link', 'delete', line.split(':')[1]?.trim() ?? ''])
    writeFileSync(bootId, '33333333-3333-3333-3333-333333333333\n')
    await engine.start(env)
    const after = (await api.get(`/containers/${id}/json`)).json<{ State: { Running: boolean } }>()
    expect(after.State.Running).toBe(false)
    expect((await api.post(`/containers/${id}/start`)).status).toBe(204)
    await finds(id, id.slice(0, 12))
    await api.delete(`/containers/${id}?force=1`)
    await api.delete('/networks/fault-b')
    await expectSound(engine)
  })

  /** A network with a container that joins the default bridge too, and both gone again. */
  async function comeAndGo(name: string, made: Set<string>): Promise<void> {
    if ((await api.post('/networks/create', { Name: name, CheckDuplicate: true })).status !== 201) return
    made.add(name)
    const id = await start(api, { Cmd: ['sleep', '100'], HostConfig: { NetworkMode: name } })
    await api.post('/networks/bridge/connect', { Container: id })
    await api.post(`/networks/${name}/disconnect`, { Container: id })
    await api.delete(`/containers/${id}?force=1`)
    made.delete(name)
    await api.delete(`/networks/${name}`)
  }
})

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // it has just ended
  }
}
