/** Kinds of networks and options of the bridge. Subnets are in 10.114.0.0/16. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { Client } from '../fixtures/http.ts'
import { mustRun, run, until } from '../fixtures/processes.ts'
import { expectError, onEachEngine } from './suite.ts'

/** A cable to nowhere, which a macvlan can lie on. */
const CABLE = `lsmv${process.pid % 100000}`

onEachEngine('kinds of networks', (subject) => {
  const { api } = subject
  beforeAll(async () => {
    await run('ip', ['link', 'add', CABLE, 'type', 'veth', 'peer', 'name', `${CABLE}p`])
    for (const end of [CABLE, `${CABLE}p`]) await mustRun('ip', ['link', 'set', end, 'up'])
  })
  afterAll(async () => {
    await run('ip', ['link', 'delete', CABLE])
  })
  const make = (Name: string, Subnet: string, more: object = {}) =>
    api.post('/networks/create', { Name, CheckDuplicate: true, IPAM: { Config: [{ Subnet }] }, ...more })
  const inside = async (container: string, script: string): Promise<string> => {
    const body = { Cmd: ['sh', '-c', script], AttachStdout: true, AttachStderr: true }
    const { Id } = (await api.post(`/containers/${container}/exec`, body)).json<{ Id: string }>()
    return streamText(
      await (await api.hijack('POST', `/exec/${Id}/start`, { upgrade: true, json: {} })).all(),
      1,
    )
  }

  test('macvlan: containers are on the parent’s wire and find each other by name [22.02] [18.02]', async () => {
    const made = await make('kind-a', '10.114.1.0/24', { Driver: 'macvlan', Options: { parent: CABLE } })
    expect(made.status, made.text).toBe(201)
    const mode = { HostConfig: { NetworkMode: 'kind-a' } }
    const server = await subject.start(
      { Cmd: ['httpd', '-f', '-p', '80', '-h', '/var/www'], ...mode },
      'kind-server',
    )
    expect((await subject.inspect(server)).NetworkSettings.Networks['kind-a']).toMatchObject({
      Gateway: '10.114.1.1',
      IPAddress: expect.stringMatching(/^10\.114\.1\./),
    })
    const client = await subject.sleeper(mode)
    expect(await inside(client, 'cat /proc/net/route')).toMatch(/^eth0\t0{8}\t/m)
    const page = () => inside(client, 'timeout 2 wget -qO- http://kind-server/')
    await until('the page', async () => (await page()) === '<h1>moored</h1>\n')
  })

  test('macvlan without a parent: containers have each other [22.02]', async () => {
    expect((await make('kind-b', '10.114.2.0/24', { Driver: 'macvlan', Internal: true })).status).toBe(201)
    const mode = { HostConfig: { NetworkMode: 'kind-b' } }
    await subject.start({ Cmd: ['httpd', '-f', '-p', '80', '-h', '/var/www'], ...mode }, 'kind-other')
    const client = await subject.sleeper(mode)
    const page = () => inside(client, 'timeout 2 wget -qO- http://kind-other/')
    await until('the page', async () => (await page()) === '<h1>moored</h1>\n')
  })

  test('a macvlan on an interface that is not there is refused [22.02]', async () => {
    const answer = await make('kind-c', '10.114.3.0/24', {
      Driver: 'macvlan',
      Options: { parent: 'nosuch0' },
    })
    expectError(answer, [400, 500], /nosuch0/)
  })

  test('a bridge by name, its MTU, and containers that do not reach each other [18.03] [22.01]', async () => {
    const link = `lsbr${process.pid % 10000}`
    const options = {
      'com.docker.network.bridge.name': link,
      'com.docker.network.driver.mtu': '1380',
      'com.docker.network.bridge.enable_icc': 'false',
    }
    expect((await make('kind-d', '10.114.4.0/24', { Options: options })).status).toBe(201)
    const mode = { HostConfig: { NetworkMode: 'kind-d' } }
    const server = await subject.start({ Cmd: ['httpd', '-f', '-p', '80', '-h', '/var/www'], ...mode })
    const address = (await subject.inspect(server)).NetworkSettings.Networks['kind-d']?.IPAddress
    const client = await subject.sleeper(mode)
    expect(await inside(client, 'cat /sys/class/net/eth0/mtu')).toBe('1380\n')
    if (subject.name !== 'rootless')
      expect((await mustRun('ip', ['-o', 'link'])).includes(` ${link}:`)).toBe(true)
    expect(await inside(client, `timeout 1 wget -qO- http://${address}/ 2>/dev/null`)).toBe('')
  })

  test('ports that name no address are published where the network says [18.03]', async () => {
    const options = { 'com.docker.network.bridge.host_binding_ipv4': '127.0.0.1' }
    expect((await make('kind-e', '10.114.5.0/24', { Options: options })).status).toBe(201)
    const id = await subject.start({
      Cmd: ['httpd', '-f', '-p', '80', '-h', '/var/www'],
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { NetworkMode: 'kind-e', PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '' }] } },
    })
    const all = (await subject.inspect(id)).NetworkSettings.Ports['80/tcp'] ?? []
    expect(all.map(({ HostIp }) => HostIp)).toContain('127.0.0.1')
    expect(all.map(({ HostIp }) => HostIp)).not.toContain('0.0.0.0')
  })

  test('what another’s network does not go with is refused [03.10]', async () => {
    const owner = await subject.sleeper()
    const make = (body: object, host: object = {}) =>
      api.post('/containers/create', {
        Image: subject.busybox,
        Cmd: ['true'],
        ...body,
        HostConfig: { NetworkMode: `container:${owner}`, ...host },
      })
    expectError(await make({ Hostname: 'x' }), 400, 'conflicting options: hostname and the network mode')
    expectError(await make({}, { Dns: ['10.0.0.1'] }), 400, 'conflicting options: dns and the network mode')
    expectError(
      await make({}, { ExtraHosts: ['a:10.0.0.1'] }),
      400,
      'conflicting options: custom host-to-IP mapping and the network mode',
    )
    expectError(
      await make({}, { PortBindings: { '80/tcp': [{ HostPort: '80' }] } }),
      400,
      'conflicting options: port publishing and the container type network mode',
    )
    expectError(
      await make({ ExposedPorts: { '80/tcp': {} } }),
      400,
      'conflicting options: port exposing and the container type network mode',
    )
    const linked = await api.post('/containers/create', {
      Image: subject.busybox,
      HostConfig: { NetworkMode: 'host', Links: [owner] },
    })
    expectError(linked, 400, /^conflicting options: host type networking can't be used with links/)
  })

  test('before API 1.44 a container is created with one network at most [22.01]', async () => {
    const body = { Image: subject.busybox, NetworkingConfig: { EndpointsConfig: { one: {}, two: {} } } }
    expectError(
      await api.post('/containers/create', body),
      400,
      /^Container cannot be connected to network endpoints: (one, two|two, one)$/,
    )
  })

  test('IPAM options, driver, attachable and the exact name are kept and shown [18.04] [18.08] [18.13] [18.16]', async () => {
    const IPAM = { Driver: 'default', Options: { foo: 'bar' }, Config: [{ Subnet: '10.114.6.0/24' }] }
    const made = await api.post('/networks/create', {
      Name: 'Kind_f.1',
      CheckDuplicate: true,
      Attachable: true,
      IPAM,
    })
    expect(made.status, made.text).toBe(201)
    expect((await api.get('/networks/Kind_f.1')).json()).toMatchObject({
      Name: 'Kind_f.1',
      Attachable: true,
      IPAM: { Driver: 'default', Options: { foo: 'bar' } },
    })
  })

  test('since API 1.44 a container is created with several networks, since 1.48 one is the way out [22.01]', async () => {
    await make('kind-g', '10.114.7.0/24')
    await make('kind-h', '10.114.8.0/24')
    const last = new Client(subject.engine.socket, '/v1.51')
    const created = await last.post('/containers/create', {
      Image: subject.busybox,
      Cmd: ['cat', '/proc/net/route'],
      HostConfig: { NetworkMode: 'kind-g' },
      NetworkingConfig: {
        EndpointsConfig: {
          'kind-g': { Aliases: ['g'] },
          'kind-h': { IPAMConfig: { IPv4Address: '10.114.8.88' }, GwPriority: 10 },
        },
      },
    })
    expect(created.status, created.text).toBe(201)
    const { Id } = created.json<{ Id: string }>()
    expect((await api.post(`/containers/${Id}/start`)).status).toBe(204)
    expect(await subject.exitCode(Id)).toBe(0)
    const log = streamText((await api.get(`/containers/${Id}/logs?stdout=1`)).body, 1)
    // The gateway 10.114.8.1, as its bytes lie in memory.
    expect(log).toMatch(/^eth1\t00000000\t0108720A\t/m)
    expect(log).not.toMatch(/^eth0\t00000000\t/m)
  })
})
