/** What only an engine without root does: its own namespaces, and what is left of them. */
import { statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { engineWithImage, start } from '../faults/harness.ts'
import { startRootless, verifyRootless } from '../fixtures/embedded-rootless.ts'
import { freePort, isAlive, mustRun, until } from '../fixtures/processes.ts'
import { logOf, stateOf } from './observe.ts'

const SERVE = 'mkdir /www; echo hello > /www/x; exec httpd -f -p 80 -h /www'

const { engine, api } = await engineWithImage(startRootless)

describe('an engine without root', () => {
  const remove = (id: string) => api.delete(`/containers/${id}?force=1&v=1`)
  const sound = async () => expect(await verifyRootless(engine.root)).toMatchObject({ code: 0 })

  test('its places are the user’s own, and nobody else’s [25.04]', async () => {
    expect(engine.root).toMatch(/\/data\/longshore$/)
    expect(engine.socket).toMatch(/\/run\/longshore\/engine\.sock$/)
    expect(statSync(engine.socket).mode & 0o777).toBe(0o600)
    expect(statSync(engine.root).mode & 0o007).toBe(0)
    for (const folder of [engine.root, path.dirname(engine.socket)]) {
      const open = await mustRun('find', [
        folder,
        '-perm',
        '-0002',
        '!',
        '-type',
        'l',
        '!',
        '-path',
        '*/diff/*',
      ])
      expect(open, 'what everybody may write').toBe('')
    }
    const info = (await api.get('/info')).json<{ SecurityOptions: string[]; DockerRootDir: string }>()
    expect(info.SecurityOptions).toContain('name=rootless')
    expect(info.DockerRootDir).toBe(engine.root)
  })

  test('root in a container is the user outside, and others are its subordinate ids [24.05]', async () => {
    const id = await start(api, { Cmd: ['sh', '-c', 'id -u; cat /proc/self/uid_map; sleep 60'] })
    const other = await start(api, { Cmd: ['sleep', '60'], User: '1000:1000' })
    await until('its words', async () => (await logOf(api, id)).split('\n').length > 2)
    const [uid, first, second] = (await logOf(api, id)).split('\n')
    const owner = statSync(engine.root).uid
    expect(uid).toBe('0')
    expect(first?.trim().split(/\s+/)).toEqual(['0', String(owner), '1'])
    const subordinate = Number(second?.trim().split(/\s+/)[1])
    const uidOf = async (container: string) => statSync(`/proc/${(await stateOf(api, container)).Pid}`).uid
    expect(await uidOf(id)).toBe(owner)
    expect(await uidOf(other)).toBe(subordinate + 999)
    await Promise.all([remove(id), remove(other)])
    await sound()
  })

  test('layers keep owners and whiteouts, and a container may write, delete and replace', async () => {
    const script =
      'rm -r /etc; mkdir /etc; ls -A /etc; chown 7:8 /bin; stat -c %u:%g /bin; echo ok > /tmp/x; cat /tmp/x'
    const id = await start(api, { Cmd: ['sh', '-c', script], HostConfig: { NetworkMode: 'none' } })
    await api.post(`/containers/${id}/wait`)
    expect(await logOf(api, id)).toMatch(/7:8\nok\n$/)
    const commit = await api.post(`/commit?container=${id}&repo=faults/changed&tag=1`)
    if (commit.status === 201) {
      const next = await start(api, {
        Image: 'faults/changed:1',
        Cmd: ['sh', '-c', 'stat -c %u:%g /bin; cat /tmp/x'],
      })
      await api.post(`/containers/${next}/wait`)
      expect(await logOf(api, next)).toBe('7:8\nok\n')
      await remove(next)
      await api.delete('/images/faults/changed:1')
    }
    await remove(id)
    await sound()
  })

  test('killed, its containers run on, answer at their port, and are the next engine’s [01.04] [25.04]', async () => {
    const port = await freePort()
    const bindings = { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] }
    const id = await start(api, { Cmd: ['sh', '-c', SERVE], HostConfig: { PortBindings: bindings } })
    const url = `http://127.0.0.1:${port}/x`
    const answer = async () => (await fetch(url)).text()
    await until('the server', answer)
    const { Pid } = await stateOf(api, id)
    await engine.kill()
    expect(isAlive(Pid)).toBe(true)
    expect(await answer()).toBe('hello\n')
    await engine.start()
    expect(await stateOf(api, id)).toMatchObject({ Running: true, Pid })
    expect(await answer()).toBe('hello\n')
    const exec = await api.post(`/containers/${id}/exec`, { Cmd: ['cat', '/www/x'], AttachStdout: true })
    const run = await api.post(`/exec/${exec.json<{ Id: string }>().Id}/start`, { Detach: false })
    expect(run.text).toContain('hello')
    await sound()
    await remove(id)
    await expect(answer()).rejects.toThrow()
    await sound()
  })

  test('one that ended while no engine ran is told with its code', async () => {
    const id = await start(api, { Cmd: ['sh', '-c', 'sleep 1; exit 23'] })
    const { Pid } = await stateOf(api, id)
    await engine.kill()
    await until('the exit', () => !isAlive(Pid))
    await engine.start()
    expect(await stateOf(api, id)).toMatchObject({ Running: false, ExitCode: 23 })
    await remove(id)
    await sound()
  })

  test('a holder that was killed with its engine gets a successor in the same namespaces', async () => {
    const id = await start(api, { Cmd: ['sh', '-c', 'echo here > /x; exec sleep 60'] })
    const { Pid } = await stateOf(api, id)
    await engine.kill()
    const holders = await mustRun('pgrep', [
      '-u',
      String(statSync(engine.root).uid),
      '-f',
      'native hold [^ ]*$',
    ])
    for (const pid of holders.trim().split('\n')) process.kill(Number(pid), 'SIGKILL')
    await engine.start()
    expect(await stateOf(api, id)).toMatchObject({ Running: true, Pid })
    const exec = await api.post(`/containers/${id}/exec`, { Cmd: ['cat', '/x'], AttachStdout: true })
    const run = await api.post(`/exec/${exec.json<{ Id: string }>().Id}/start`, { Detach: false })
    expect(run.text).toContain('here')
    await sound()
    await remove(id)
    await sound()
  })

  test('verify looks at a dead engine as well', async () => {
    await engine.terminate()
    await sound()
    await engine.start()
  })
})
