import net from 'node:net'
import { expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { freePort, until } from '../fixtures/processes.ts'
import { expectError, onEachEngine } from './suite.ts'

onEachEngine('networks', (subject) => {
  const { api } = subject
  const SERVER = ['httpd', '-f', '-p', '80', '-h', '/var/www']

  test('bridge, host and none are there', async () => {
    const networks = (await api.get('/networks')).json<
      { Name: string; Driver: string; Scope: string; Id: string }[]
    >()
    for (const [Name, Driver] of [
      ['bridge', 'bridge'],
      ['host', 'host'],
      ['none', 'null'],
    ]) {
      expect(networks).toContainEqual(expect.objectContaining({ Name, Driver, Scope: 'local' }))
    }
    const bridge = await api.get('/networks/bridge')
    expect(bridge.json()).toMatchObject({
      Name: 'bridge',
      Id: expect.stringMatching(/^[0-9a-f]{64}$/),
      IPAM: { Driver: 'default', Config: [{ Subnet: expect.any(String) }] },
      Internal: false,
      Containers: {},
    })
    expectError(await api.get('/networks/nosuch'), 404, 'network nosuch not found')
    const filters = encodeURIComponent(JSON.stringify({ name: ['none'] }))
    expect(
      (await api.get(`/networks?filters=${filters}`)).json<{ Name: string }[]>().map((n) => n.Name),
    ).toEqual(['none'])
  })

  test('a container on the bridge has an address, a route and a resolver [22.05] [24.02]', async () => {
    const id = await subject.sleeper()
    const settings = (await subject.inspect(id)).NetworkSettings.Networks.bridge
    expect(settings).toMatchObject({
      IPAddress: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
      Gateway: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
      IPPrefixLen: expect.any(Number),
      MacAddress: expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
    })
    const bridge = (await api.get('/networks/bridge')).json<{
      Containers: Record<string, { IPv4Address: string }>
    }>()
    expect(bridge.Containers[id]?.IPv4Address).toMatch(new RegExp(`^${settings?.IPAddress}/`))
    const inside = await execText(
      id,
      'ip -4 -o addr show eth0; ip route; cat /etc/hosts; cat /etc/resolv.conf',
    )
    expect(inside).toContain(settings?.IPAddress)
    expect(inside).toContain(`default via ${settings?.Gateway}`)
    expect(inside).toMatch(new RegExp(`^${settings?.IPAddress}\\s+${id.slice(0, 12)}$`, 'm'))
    expect(inside).toMatch(/^127\.0\.0\.1\s+localhost/m)
  })

  test('none has only loopback, host has the host’s interfaces [03.10]', async () => {
    const none = await subject.finish({
      Cmd: ['sh', '-c', 'ls /sys/class/net'],
      HostConfig: { NetworkMode: 'none' },
    })
    expect(
      streamText(none.log, 1)
        .trim()
        .split(/\s+/)
        .filter((name) => !/^(tunl|sit|ip6|gre|erspan|ifb)/.test(name)),
    ).toEqual(['lo'])
    const host = await subject.finish({ Cmd: ['cat', '/proc/net/dev'], HostConfig: { NetworkMode: 'host' } })
    expect(streamText(host.log, 1)).toContain('eth0')
  })

  test('containers reach each other by address [22.01]', async () => {
    const server = await subject.start({ Cmd: SERVER })
    const address = (await subject.inspect(server)).NetworkSettings.Networks.bridge?.IPAddress
    const client = await subject.finish({
      Cmd: [
        'sh',
        '-c',
        `for i in 1 2 3 4 5; do wget -qO- http://${address}/ && exit 0; sleep 0.2; done; exit 1`,
      ],
    })
    expect(streamText(client.log, 1)).toBe('<h1>moored</h1>\n')
    expect(client.code).toBe(0)
  })

  test('a published port answers on the host, is shown, and is free again after removal [03.03]', async () => {
    const port = await freePort()
    const id = await subject.start({
      Cmd: SERVER,
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] } },
    })
    const page = await until('the page', async () => (await fetch(`http://127.0.0.1:${port}/`)).text())
    expect(page).toBe('<h1>moored</h1>\n')
    expect((await subject.inspect(id)).NetworkSettings.Ports).toEqual({
      '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }],
    })
    const row = (await api.get('/containers/json')).json<{ Ports: object[] }[]>()[0]
    expect(row?.Ports).toEqual([{ IP: '127.0.0.1', PrivatePort: 80, PublicPort: port, Type: 'tcp' }])
    await api.delete(`/containers/${id}?force=1`)
    await listens(port)
  })

  test('a port without a number gets one [03.03]', async () => {
    const id = await subject.start({
      Cmd: SERVER,
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } },
    })
    const port = (await subject.inspect(id)).NetworkSettings.Ports['80/tcp']?.[0]?.HostPort ?? ''
    expect(Number(port)).toBeGreaterThan(1023)
    expect(await until('the page', async () => (await fetch(`http://127.0.0.1:${port}/`)).text())).toContain(
      'moored',
    )
  })

  test('a port in use fails the start, says so, and leaves the container startable [03.03]', async () => {
    const holder = net.createServer()
    const port = await new Promise<number>((resolve) =>
      holder.listen(0, '127.0.0.1', () => resolve((holder.address() as net.AddressInfo).port)),
    )
    const id = await subject.create({
      Cmd: SERVER,
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] } },
    })
    const refused = await api.post(`/containers/${id}/start`)
    expectError(
      refused,
      500,
      new RegExp(`127\\.0\\.0\\.1:${port}.*(address already in use|already allocated)`),
    )
    expect((await subject.inspect(id)).State).toMatchObject({
      Status: 'created',
      Running: false,
      ExitCode: 128,
    })
    await new Promise<void>((resolve) => holder.close(() => resolve()))
    expect((await api.post(`/containers/${id}/start`)).status).toBe(204)
  })

  test('an address is given back when its container goes', async () => {
    const first = await subject.sleeper()
    const seen = new Set<string>()
    for (let n = 0; n < 3; n++) {
      const id = await subject.sleeper()
      seen.add((await subject.inspect(id)).NetworkSettings.Networks.bridge?.IPAddress ?? '')
      await api.delete(`/containers/${id}?force=1`)
    }
    expect(seen).not.toContain((await subject.inspect(first)).NetworkSettings.Networks.bridge?.IPAddress)
    expect((await api.get('/networks/bridge')).json<{ Containers: object }>().Containers).toHaveProperty(
      first,
    )
  })

  async function execText(container: string, script: string): Promise<string> {
    const { Id } = (
      await api.post(`/containers/${container}/exec`, { Cmd: ['sh', '-c', script], AttachStdout: true })
    ).json<{ Id: string }>()
    return streamText(
      await (await api.hijack('POST', `/exec/${Id}/start`, { upgrade: true, json: {} })).all(),
      1,
    )
  }
})

/** Resolves when a port of loopback can be listened on; rejects when it cannot. */
function listens(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.on('error', reject)
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
  })
}
