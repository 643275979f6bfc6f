/** Names on networks of one's own, and the files of a container that have to do with them. Subnets are in 10.116.0.0/16. */
import { expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { until } from '../fixtures/processes.ts'
import { onEachEngine } from './suite.ts'

onEachEngine('names of containers', (subject) => {
  const { api } = subject
  const make = async (Name: string, Subnet: string, more: object = {}) =>
    expect(
      await api.post('/networks/create', {
        Name,
        CheckDuplicate: true,
        IPAM: { Config: [{ Subnet }] },
        ...more,
      }),
    ).toMatchObject({ status: 201 })
  const on = (name: string, endpoint: object = {}) => ({
    HostConfig: { NetworkMode: name },
    NetworkingConfig: { EndpointsConfig: { [name]: endpoint } },
  })
  const inside = async (container: string, script: string): Promise<string> => {
    const body = { Cmd: ['sh', '-c', script], AttachStdout: true, AttachStderr: true }
    const { Id } = (await api.post(`/containers/${container}/exec`, body)).json<{ Id: string }>()
    return streamText(
      await (await api.hijack('POST', `/exec/${Id}/start`, { upgrade: true, json: {} })).all(),
      1,
    )
  }
  const lookup = (container: string, name: string) =>
    inside(container, `nslookup ${name} 2>&1 | tail -n +3 | grep -o '10\\.116\\.[0-9.]*'`)

  test('by name, short id, alias and hostname, and not from another network [03.10] [22.03]', async () => {
    await make('name-a', '10.116.1.0/24')
    await make('name-b', '10.116.2.0/24')
    const server = await subject.sleeper(
      {
        Hostname: 'db-host',
        ...on('name-a', { Aliases: ['db'], IPAMConfig: { IPv4Address: '10.116.1.50' } }),
      },
      'name-server',
    )
    const near = await subject.sleeper(on('name-a'))
    const far = await subject.sleeper(on('name-b'))
    for (const name of ['name-server', 'db', 'DB', server.slice(0, 12), 'name-server.name-a']) {
      expect(await lookup(near, name), name).toBe('10.116.1.50\n')
    }
    expect(await lookup(far, 'name-server')).toBe('')
    expect(await inside(near, 'cat /etc/resolv.conf')).toMatch(/^nameserver 127\.0\.0\.11$/m)
    await api.delete(`/containers/${server}?force=1`)
    expect(await lookup(near, 'name-server')).toBe('')
  })

  test('connected, renamed and disconnected: names follow [22.03]', async () => {
    await make('name-c', '10.116.3.0/24')
    await make('name-d', '10.116.4.0/24')
    const server = await subject.sleeper(on('name-c'), 'name-first')
    const client = await subject.sleeper(on('name-d'))
    await api.post('/networks/name-d/connect', { Container: server, EndpointConfig: { Aliases: ['seen'] } })
    expect(await lookup(client, 'seen')).toMatch(/^10\.116\.4\.\d+\n$/)
    await api.post(`/containers/${server}/rename?name=name-second`)
    expect(await lookup(client, 'name-second')).toMatch(/^10\.116\.4\.\d+\n$/)
    await api.post('/networks/name-d/disconnect', { Container: server })
    expect(await lookup(client, 'seen')).toBe('')
  })

  test('one on two networks finds the names of both [18.01] [22.03]', async () => {
    await make('name-e', '10.116.5.0/24')
    await make('name-f', '10.116.6.0/24')
    await subject.sleeper(on('name-e'), 'name-one')
    await subject.sleeper(on('name-f'), 'name-two')
    const both = await subject.sleeper(on('name-e'))
    await api.post('/networks/name-f/connect', { Container: both })
    expect(await lookup(both, 'name-one')).toMatch(/^10\.116\.5\./)
    expect(await lookup(both, 'name-two')).toMatch(/^10\.116\.6\./)
  })

  test('two that share an alias are both found [22.03]', async () => {
    await make('name-g', '10.116.7.0/24')
    await subject.sleeper(on('name-g', { Aliases: ['web'] }))
    await subject.sleeper(on('name-g', { Aliases: ['web'] }))
    const client = await subject.sleeper(on('name-g'))
    expect((await lookup(client, 'web')).trim().split('\n')).toHaveLength(2)
  })

  test('a link calls another by a name of one’s own [22.03]', async () => {
    await make('name-h', '10.116.8.0/24')
    await subject.sleeper(on('name-h'), 'name-linked')
    const client = await subject.sleeper(on('name-h', { Links: ['name-linked:mine'] }))
    const other = await subject.sleeper(on('name-h'))
    expect(await lookup(client, 'mine')).toMatch(/^10\.116\.8\./)
    expect(await lookup(other, 'mine')).toBe('')
  })

  test('a port of one’s own: 53 is free for a container’s server [22.03]', async () => {
    await make('name-i', '10.116.9.0/24')
    const id = await subject.start({ Cmd: ['httpd', '-f', '-p', '53'], ...on('name-i') })
    await until('the listener', async () =>
      (await inside(id, 'cat /proc/net/tcp /proc/net/tcp6')).includes(':0035 '),
    )
    expect((await subject.inspect(id)).State.Running).toBe(true)
  })

  test('dns, dns-search, dns-opt and extra hosts are in the files [03.10]', async () => {
    const { log } = await subject.finish({
      Cmd: ['cat', '/etc/resolv.conf', '/etc/hosts'],
      HostConfig: {
        Dns: ['10.1.2.3', '10.1.2.4'],
        DnsSearch: ['example.test', 'b.test'],
        DnsOptions: ['timeout:3'],
        ExtraHosts: ['other:10.9.8.7', 'host.docker.internal:host-gateway'],
      },
    })
    const text = streamText(log, 1)
    expect(text).toMatch(/^nameserver 10\.1\.2\.3\nnameserver 10\.1\.2\.4$/m)
    expect(text).toMatch(/^search example\.test b\.test$/m)
    expect(text).toMatch(/^options timeout:3$/m)
    expect(text).toMatch(/^10\.9\.8\.7\s+other$/m)
    expect(text).toMatch(/^\d+\.\d+\.\d+\.\d+\s+host\.docker\.internal$/m)
  })

  test('one that shares another’s network shares its names [03.10]', async () => {
    await make('name-j', '10.116.10.0/24')
    const owner = await subject.sleeper(on('name-j'), 'name-owner')
    const { log } = await subject.finish({
      Cmd: ['sh', '-c', 'cat /etc/hosts; nslookup name-owner | tail -n +3'],
      HostConfig: { NetworkMode: `container:${owner}` },
    })
    expect(streamText(log, 1)).toMatch(new RegExp(`^10\\.116\\.10\\.\\d+\\s+${owner.slice(0, 12)}$`, 'm'))
    expect(streamText(log, 1)).toMatch(/Address: 10\.116\.10\./)
  })

  test('a link on the default bridge is a line of the hosts file [22.03]', async () => {
    const target = await subject.sleeper({}, 'name-target')
    const { log } = await subject.finish({
      Cmd: ['cat', '/etc/hosts'],
      HostConfig: { Links: ['name-target:mine'] },
    })
    const address = (await subject.inspect(target)).NetworkSettings.Networks.bridge?.IPAddress
    const names = `mine ${target.slice(0, 12)} name-target`
    expect(streamText(log, 1)).toMatch(new RegExp(`^${address}\\s+${names}$`, 'm'))
  })

  test('connected to the default bridge first: names come with a network that has them [22.03]', async () => {
    await make('name-k', '10.116.11.0/24')
    const id = await subject.sleeper()
    const other = await subject.sleeper(on('name-k'), 'name-later')
    expect(await inside(id, 'cat /etc/resolv.conf')).not.toContain('127.0.0.11')
    await api.post('/networks/name-k/connect', { Container: id })
    expect(await lookup(id, other.slice(0, 12))).toMatch(/^10\.116\.11\./)
    await api.post('/networks/name-k/disconnect', { Container: id })
    expect(await lookup(id, 'name-later')).toBe('')
  })
})
