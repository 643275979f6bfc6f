/** Networks of one's own: made, shown, joined, left, removed. Subnets here are in 10.119.0.0/16, which nobody else takes. */
import { expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { Client } from '../fixtures/http.ts'
import { until } from '../fixtures/processes.ts'
import { expectError, onEachEngine, type Subject } from './suite.ts'

const SERVER = ['httpd', '-f', '-p', '80', '-h', '/var/www']

interface Network {
  readonly Id: string
  readonly Name: string
  readonly Driver: string
  readonly Internal: boolean
  readonly Labels: Record<string, string>
  readonly Options: Record<string, string>
  readonly IPAM: {
    readonly Driver: string
    readonly Options: Record<string, string> | null
    readonly Config: { Subnet: string; Gateway?: string; IPRange?: string; AuxiliaryAddresses?: object }[]
  }
  readonly Containers: Record<string, { Name: string; EndpointID: string; IPv4Address: string }>
}

/** Creates a network; gives its id. */
async function network(
  subject: Subject,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const answer = await subject.api.post('/networks/create', { Name: name, CheckDuplicate: true, ...more })
  expect(answer, answer.text).toMatchObject({ status: 201 })
  return answer.json<{ Id: string }>().Id
}

function subnet(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { IPAM: { Config: [config] } }
}

async function inside(subject: Subject, container: string, script: string): Promise<string> {
  const { api } = subject
  const body = { Cmd: ['sh', '-c', script], AttachStdout: true, AttachStderr: true }
  const { Id } = (await api.post(`/containers/${container}/exec`, body)).json<{ Id: string }>()
  return streamText(
    await (await api.hijack('POST', `/exec/${Id}/start`, { upgrade: true, json: {} })).all(),
    1,
  )
}

/** What wget got of an address within a second, or nothing. */
async function page(subject: Subject, container: string, address: string): Promise<string> {
  return inside(subject, container, `timeout 1 wget -qO- http://${address}/ 2>/dev/null`)
}

onEachEngine('networks of one’s own', (subject) => {
  const { api } = subject
  const settings = async (id: string, name: string) =>
    (await subject.inspect(id)).NetworkSettings.Networks[name]

  test('a network is made, shown with what was asked, listed by filters and removed [22.01] [18.03] [18.15]', async () => {
    const id = await network(subject, 'own-a', {
      Labels: { tier: 'back' },
      Options: { 'com.docker.network.driver.mtu': '1400', custom: '5' },
      ...subnet({ Subnet: '10.119.1.0/24', Gateway: '10.119.1.254', IPRange: '10.119.1.128/25' }),
    })
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    const shown = (await api.get('/networks/own-a')).json<Network>()
    expect(shown).toMatchObject({
      Id: id,
      Name: 'own-a',
      Driver: 'bridge',
      Internal: false,
      Labels: { tier: 'back' },
      Options: { 'com.docker.network.driver.mtu': '1400', custom: '5' },
      IPAM: {
        Driver: 'default',
        Config: [{ Subnet: '10.119.1.0/24', Gateway: '10.119.1.254', IPRange: '10.119.1.128/25' }],
      },
      Containers: {},
    })
    expect((await api.get(`/networks/${id.slice(0, 12)}`)).json<Network>().Name).toBe('own-a')
    const listed = async (filters: object) =>
      (await api.get(`/networks?filters=${encodeURIComponent(JSON.stringify(filters))}`))
        .json<Network[]>()
        .map(({ Name }) => Name)
    expect(await listed({ label: ['tier=back'] })).toEqual(['own-a'])
    expect(await listed({ type: ['custom'] })).toContain('own-a')
    expect(await listed({ type: ['builtin'] })).not.toContain('own-a')
    expect(await listed({ id: [id.slice(0, 6)] })).toEqual(['own-a'])
    expect(await listed({ dangling: ['true'] })).toContain('own-a')
    expect((await api.delete('/networks/own-a')).status).toBe(204)
    expectError(await api.get('/networks/own-a'), 404, /network own-a not found/)
  })

  test('what cannot be is refused [18.02] [18.09] [18.17] [22.01]', async () => {
    await network(subject, 'own-b', subnet({ Subnet: '10.119.2.0/24' }))
    const make = (body: object) => api.post('/networks/create', { CheckDuplicate: true, ...body })
    expectError(await make({ Name: 'own-b' }), 409, 'network with name own-b already exists')
    expectError(
      await make({ Name: 'bridge' }),
      403,
      /operation is not permitted on predefined bridge network/,
    )
    expectError(await make({ Name: 'own-c', Driver: 'nosuch' }), 404, 'plugin "nosuch" not found')
    expectError(
      await make({ Name: 'own-c', Driver: 'host' }),
      403,
      'only one instance of "host" network is allowed',
    )
    expectError(
      await make({ Name: 'own-c', ...subnet({ Subnet: '10.119.2.0/25' }) }),
      403,
      'Pool overlaps with other one on this address space',
    )
    expectError(
      await make({ Name: 'own-c', ...subnet({ Subnet: '10.119.3.0/33' }) }),
      [400, 500],
      /10\.119\.3\.0\/33/,
    )
    expectError(
      await make({ Name: 'own-c', ...subnet({ Subnet: '10.119.3.0/24', Gateway: '10.120.0.1' }) }),
      [400, 500],
      /10\.120\.0\.1/,
    )
    expectError(
      await api.delete('/networks/bridge'),
      403,
      'bridge is a pre-defined network and cannot be removed',
    )
    expectError(await api.delete('/networks/nosuch'), 404, 'network nosuch not found')
  })

  test('a container is on its network alone, with a fixed address and MAC if it asks [03.10] [22.01] [22.05]', async () => {
    const id = await network(subject, 'own-d', subnet({ Subnet: '10.119.4.0/24' }))
    const mac = '02:42:11:22:33:44'
    const one = await subject.sleeper({
      HostConfig: { NetworkMode: 'own-d' },
      NetworkingConfig: {
        EndpointsConfig: { 'own-d': { IPAMConfig: { IPv4Address: '10.119.4.77' }, Aliases: ['db'] } },
      },
      MacAddress: mac,
    })
    expect(await settings(one, 'own-d')).toMatchObject({
      IPAddress: '10.119.4.77',
      IPPrefixLen: 24,
      Gateway: '10.119.4.1',
      NetworkID: id,
      EndpointID: expect.stringMatching(/^[0-9a-f]{64}$/),
      IPAMConfig: { IPv4Address: '10.119.4.77' },
    })
    expect(await inside(subject, one, 'ip -o -4 addr; ip route; cat /sys/class/net/eth0/address')).toMatch(
      /10\.119\.4\.77\/24[\s\S]*default via 10\.119\.4\.1/,
    )
    const shown = (await api.get('/networks/own-d')).json<Network>()
    expect(shown.Containers[one]?.IPv4Address).toBe('10.119.4.77/24')
    const two = await subject.create({
      Cmd: ['true'],
      HostConfig: { NetworkMode: 'own-d' },
      NetworkingConfig: { EndpointsConfig: { 'own-d': { IPAMConfig: { IPv4Address: '10.119.4.77' } } } },
    })
    expectError(await api.post(`/containers/${two}/start`), 403, 'Address already in use')
    expectError(await api.delete('/networks/own-d'), 403, /network own-d id \w+ has active endpoints/)
    await api.delete(`/containers/${one}?force=1`)
    expect((await api.post(`/containers/${two}/start`)).status).toBe(204)
  })

  test('networks are apart: by address one reaches its own network only [22.01] [18.14]', async () => {
    await network(subject, 'own-e', subnet({ Subnet: '10.119.5.0/24' }))
    await network(subject, 'own-f', subnet({ Subnet: '10.119.6.0/24' }))
    const server = await subject.start({ Cmd: SERVER, HostConfig: { NetworkMode: 'own-e' } })
    const address = (await settings(server, 'own-e'))?.IPAddress ?? ''
    const near = await subject.sleeper({ HostConfig: { NetworkMode: 'own-e' } })
    const far = await subject.sleeper({ HostConfig: { NetworkMode: 'own-f' } })
    await until('the page', async () => (await page(subject, near, address)).includes('moored'))
    expect(await page(subject, far, address)).toBe('')
  })

  test('connect and disconnect a running container [22.01] [22.02]', async () => {
    await network(subject, 'own-g', subnet({ Subnet: '10.119.7.0/24' }))
    const other = await network(subject, 'own-h', subnet({ Subnet: '10.119.8.0/24' }))
    const id = await subject.sleeper({ HostConfig: { NetworkMode: 'own-g' } })
    const joined = await api.post('/networks/own-h/connect', {
      Container: id,
      EndpointConfig: { IPAMConfig: { IPv4Address: '10.119.8.9' }, Aliases: ['two'] },
    })
    expect(joined.status).toBe(200)
    expect(await inside(subject, id, 'ip -o -4 addr; cat /etc/hosts')).toMatch(
      /10\.119\.8\.9\/24[\s\S]*10\.119\.8\.9\s/,
    )
    expect(await settings(id, 'own-h')).toMatchObject({ IPAddress: '10.119.8.9', NetworkID: other })
    expectError(
      await api.post('/networks/own-h/connect', { Container: id }),
      403,
      /already exists in network own-h/,
    )
    expect((await api.post('/networks/own-g/disconnect', { Container: id })).status).toBe(200)
    const after = await inside(subject, id, 'ip -o -4 addr; ip route; cat /etc/hosts')
    expect(after).not.toContain('10.119.7.')
    expect(after).toContain('default via 10.119.8.1')
    expect(Object.keys((await subject.inspect(id)).NetworkSettings.Networks)).toEqual(['own-h'])
    expectError(
      await api.post('/networks/own-g/disconnect', { Container: id }),
      [400, 403, 500],
      /is not connected to/,
    )
    expect((await api.delete('/networks/own-g')).status).toBe(204)
  })

  test('connect and disconnect one that does not run: it is so when it starts [22.01]', async () => {
    await network(subject, 'own-i', subnet({ Subnet: '10.119.9.0/24' }))
    await network(subject, 'own-j', subnet({ Subnet: '10.119.10.0/24' }))
    const id = await subject.create({ Cmd: ['sleep', '60'], HostConfig: { NetworkMode: 'own-i' } })
    await api.post('/networks/own-j/connect', { Container: id, EndpointConfig: { Aliases: ['x'] } })
    expect(Object.keys((await subject.inspect(id)).NetworkSettings.Networks).toSorted()).toEqual([
      'own-i',
      'own-j',
    ])
    await api.post('/networks/own-i/disconnect', { Container: id })
    expect((await api.post(`/containers/${id}/start`)).status).toBe(204)
    expect((await settings(id, 'own-j'))?.IPAddress).toMatch(/^10\.119\.10\./)
    expect(await inside(subject, id, 'ip -o -4 addr')).not.toContain('10.119.9.')
    await api.post(`/containers/${id}/stop?t=0`)
    expect((await settings(id, 'own-j'))?.IPAddress).toBe('')
    expect((await api.post(`/containers/${id}/start`)).status).toBe(204)
    expect((await settings(id, 'own-j'))?.IPAddress).toMatch(/^10\.119\.10\./)
  })

  test('an older client finds the short id among the aliases, a newer one the names apart [22.03]', async () => {
    await network(subject, 'own-k', subnet({ Subnet: '10.119.11.0/24' }))
    const id = await subject.sleeper({
      HostConfig: { NetworkMode: 'own-k' },
      NetworkingConfig: { EndpointsConfig: { 'own-k': { Aliases: ['db'] } } },
    })
    type Shown = { NetworkSettings: { Networks: Record<string, { Aliases: string[]; DNSNames: string[] }> } }
    const older = (await api.get(`/containers/${id}/json`)).json<Shown>()
    expect(older.NetworkSettings.Networks['own-k']?.Aliases).toEqual(['db', id.slice(0, 12)])
    // API 1.45 and later, which dockerd 20.10 does not have.
    if (subject.name !== 'embedded') return
    const last = new Client(subject.engine.socket, '/v1.51')
    const newer = (await last.get(`/containers/${id}/json`)).json<Shown>().NetworkSettings.Networks['own-k']
    expect(newer?.Aliases).toEqual(['db'])
    expect(newer?.DNSNames).toEqual(expect.arrayContaining(['db', id.slice(0, 12)]))
  })
})
