import { describe, expect, test } from 'vitest'
import { marksOf, settledDifference, snapshot } from '../fixtures/leaks.ts'
import { delay, freePort, until } from '../fixtures/processes.ts'
import { engineWithImage, expectSound, repeats, start } from './harness.ts'

const { engine, api } = await engineWithImage()

describe('what containers leave behind, seen from outside', () => {
  /** One of each thing that a container can hold. */
  async function live(): Promise<void> {
    const port = await freePort()
    const web = await start(api, {
      Cmd: ['httpd', '-f', '-p', '80', '-h', '/var/www'],
      ExposedPorts: { '80/tcp': {} },
      HostConfig: {
        PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
        Binds: ['leak:/v'],
        Tmpfs: { '/t': '' },
      },
    })
    await until('the page', async () => (await fetch(`http://127.0.0.1:${port}/`)).ok)
    const { Id } = (await api.post(`/containers/${web}/exec`, { Cmd: ['ls'], AttachStdout: true })).json<{
      Id: string
    }>()
    await (await api.hijack('POST', `/exec/${Id}/start`, { upgrade: true, json: {} })).all()
    const tty = await start(api, {
      Cmd: ['sh'],
      Tty: true,
      OpenStdin: true,
      HostConfig: { NetworkMode: 'none' },
    })
    const attached = await api.hijack('POST', `/containers/${tty}/attach?stream=1&stdin=1&stdout=1`, {
      upgrade: true,
    })
    attached.stream.end('exit\n')
    await attached.all()
    const failed = (
      await api.post('/containers/create', { Image: 'faults/busybox:1', Cmd: ['/no/such'] })
    ).json<{ Id: string }>()
    expect((await api.post(`/containers/${failed.Id}/start`)).status).toBeGreaterThanOrEqual(400)
    for (const id of [web, tty, failed.Id]) {
      expect((await api.delete(`/containers/${id}?force=1&v=1`)).status).toBe(204)
    }
    await api.delete('/volumes/leak')
  }

  test('is nothing [01.10]', async () => {
    const marks = await marksOf(engine)
    const look = () => snapshot(marks, engine.root)
    // The first ones may make what stays for all: the bridge, its rules, the resolver, a pool of namespaces.
    await live()
    await delay(2000)
    const before = await look()
    for (let round = 0; round < 2 * repeats; round++) await live()
    const left = await settledDifference(before, look)
    expect(left.filter((line) => !/files: .*\.(log|db|sqlite)(-wal|-shm)?$/.test(line)).join('\n')).toBe('')
    await expectSound(engine)
  })

  test('is nothing either when the engine ends: no mount, link, rule, cgroup or process', async () => {
    const marks = await marksOf(engine)
    expect(Object.values(await snapshot(marks)).flat()).not.toEqual([])
    await live()
    await engine.terminate()
    const nothing = Object.fromEntries(Object.keys(await snapshot(marks)).map((kind) => [kind, []]))
    expect((await settledDifference(nothing, () => snapshot(marks))).join('\n')).toBe('')
    await engine.start()
  })
})
