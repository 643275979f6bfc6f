/** Root's engine with containers whose own root is somebody else (daemon.json, userns-remap). */
import { chmodSync, mkdirSync, readlinkSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectSound, giveImage, IMAGE, start } from '../faults/harness.ts'
import { startEmbedded } from '../fixtures/embedded.ts'
import type { RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { bin, freshFolder } from '../fixtures/paths.ts'
import { makeUser, type PlainUser, subordinate } from '../fixtures/plain-user.ts'
import { freePort, mustRun, run, until } from '../fixtures/processes.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { logOf, stateOf } from './observe.ts'

describe('containers with users of their own', () => {
  let engine: RunningEngine
  let registry: Registry
  let api: Client
  let user: PlainUser
  let first: number
  let folder: string
  beforeAll(async () => {
    // Where others may come through, as /var/lib is.
    folder = freshFolder('map')
    chmodSync(folder, 0o711)
    user = await makeUser(path.join(folder, 'h'))
    first = subordinate(user.name)[0]?.first ?? 0
    registry = await startRegistry()
    engine = await startEmbedded({
      args: ['--userns-remap', user.name],
      root: path.join(folder, 'root'),
    })
    api = new Client(engine.socket)
    await giveImage(engine, registry)
  })
  afterAll(async () => {
    await engine?.stop()
    await registry?.stop()
    await user?.remove()
    rmSync(folder, { recursive: true })
  })
  const say = async (command: string, body: object = {}) => {
    const id = await start(api, { Cmd: ['sh', '-c', command], ...body })
    await api.post(`/containers/${id}/wait`)
    return logOf(api, id)
  }
  const uidOf = async (id: string) => statSync(`/proc/${(await stateOf(api, id)).Pid}`).uid

  test('root in a container is an unprivileged user of the host [24.05]', async () => {
    const root = await start(api, { Cmd: ['sh', '-c', 'id -u; cat /proc/self/uid_map; exec sleep 60'] })
    const other = await start(api, { Cmd: ['sleep', '60'], User: '1000:1000' })
    await until('its words', async () => (await logOf(api, root)).split('\n').length > 2)
    const [uid, map] = (await logOf(api, root)).split('\n')
    expect(uid).toBe('0')
    expect(map?.trim().split(/\s+/)).toEqual(['0', String(first), '65536'])
    expect(await uidOf(root)).toBe(first)
    expect(await uidOf(other)).toBe(first + 1000)
    const namespace = (pid: number | 'self') => readlinkSync(`/proc/${pid}/ns/user`)
    expect(namespace((await stateOf(api, root)).Pid)).not.toBe(namespace('self'))
    const exec = await api.post(`/containers/${root}/exec`, { Cmd: ['id', '-u'], AttachStdout: true })
    const answer = await api.post(`/exec/${exec.json<{ Id: string }>().Id}/start`, { Detach: false })
    expect(answer.text).toContain('0\n')
    await expectSound(engine)
  })

  test('it may do what root in a container does, in its own namespaces and files', async () => {
    const script =
      'stat -c %u:%g /bin; chown 7:8 /tmp; stat -c %u:%g /tmp; echo n > /etc/hosts && echo own; hostname; touch /x; stat -c %u /x; stat -c %u "$PWD"'
    expect(await say(script, { WorkingDir: '/made/for/it', Hostname: 'moored' })).toBe(
      '0:0\n7:8\nown\nmoored\n0\n0\n',
    )
    const link = { HostConfig: { CapAdd: ['NET_ADMIN'] } }
    expect(await say('ip link set lo down && ip link set lo up && echo admin', link)).toBe('admin\n')
  })

  test('its network is reached and published', async () => {
    const port = await freePort()
    await start(api, {
      Cmd: ['sh', '-c', 'mkdir /www; echo hello > /www/x; exec httpd -f -p 80 -h /www'],
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] } },
    })
    const url = `http://127.0.0.1:${port}/x`
    expect(await until('the server', async () => (await fetch(url)).text())).toBe('hello\n')
  })

  test('volumes, commits and copies keep the owners that the container sees', async () => {
    const write = 'chown 33:44 /data; echo kept > /data/f; chown 5:6 /data/f; echo c > /c; chown 9:9 /c'
    const writer = await start(api, { Cmd: ['sh', '-c', write], HostConfig: { Binds: ['remapped:/data'] } })
    await api.post(`/containers/${writer}/wait`)
    const read = 'stat -c %u:%g /data /data/f; cat /data/f'
    const seen = '33:44\n5:6\nkept\n'
    const volume = { HostConfig: { Binds: ['remapped:/data'] } }
    expect(await say(read, volume)).toBe(seen)
    const asHost = { HostConfig: { ...volume.HostConfig, UsernsMode: 'host' } }
    expect(await say(read, asHost)).toBe(seen)
    const committed = await api.post(`/commit?container=${writer}&repo=remapped&tag=1`)
    expect(committed.status).toBe(201)
    expect(await say('stat -c %u:%g /c', { Image: 'remapped:1' })).toBe('9:9\n')
    const sleeper = await start(api, { Cmd: ['sh', '-c', 'echo x > /y; chown 3:4 /y; exec sleep 60'] })
    for (const [id, file, owner] of [
      [writer, '/c', '9/9'],
      [sleeper, '/y', '3/4'],
    ] as const) {
      const tar = await until('the copy', async () => {
        const answer = await api.get(`/containers/${id}/archive?path=${file}`)
        return answer.status === 200 && answer.body
      })
      expect(await mustRun('tar', ['-tvf', '-', '--numeric-owner'], { input: tar })).toContain(` ${owner} `)
      const put = await api.request('PUT', `/containers/${id}/archive?path=/tmp`, { body: tar })
      expect(put.status, put.text).toBe(200)
    }
    const exec = await api.post(`/containers/${sleeper}/exec`, {
      Cmd: ['stat', '-c', '%u:%g', '/tmp/y'],
      AttachStdout: true,
    })
    const stat = await api.post(`/exec/${exec.json<{ Id: string }>().Id}/start`, { Detach: false })
    expect(stat.text).toContain('3:4\n')
  })

  test('what only the host’s root may have is refused, and UsernsMode=host has it [24.05]', async () => {
    const create = (HostConfig: object) =>
      api.post('/containers/create', { Image: IMAGE, Cmd: ['true'], HostConfig })
    const refused = await create({ Privileged: true })
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('privileged mode is incompatible with user namespaces')
    expect((await create({ NetworkMode: 'host' })).text).toContain(
      "cannot share the host's network namespace",
    )
    expect((await create({ PidMode: 'host' })).text).toContain('cannot share the host PID namespace')
    const host = { HostConfig: { UsernsMode: 'host', Privileged: true } }
    expect(await say('cat /proc/self/uid_map', host)).toMatch(/^\s+0\s+0\s+4294967295\n$/)
    const info = (await api.get('/info')).json<{ SecurityOptions: string[] }>()
    expect(info.SecurityOptions).toContain('name=userns')
  })

  test('an engine that cannot start leaves no shifted folders behind', async () => {
    const root = path.join(folder, 'other')
    const flags = ['--root', root, '--socket', path.join(folder, 'o.sock'), '--userns-remap', user.name]
    // A database that cannot be one: it is found out after the folders were made.
    mkdirSync(path.join(root, 'engine.db'), { recursive: true })
    const ended = await run(process.execPath, [bin, 'engine', ...flags], { timeoutMs: 20_000 })
    expect(ended.code, ended.stderr).toBe(1)
    expect(await mustRun('cat', ['/proc/self/mountinfo'])).not.toContain(root)
  })

  test('killed, its containers are the next engine’s', async () => {
    const id = await start(api, { Cmd: ['sleep', '60'] })
    const { Pid } = await stateOf(api, id)
    await engine.kill()
    await engine.start()
    expect(await stateOf(api, id)).toMatchObject({ Running: true, Pid })
    expect(await say('id -u')).toBe('0\n')
    await expectSound(engine)
  })
})
