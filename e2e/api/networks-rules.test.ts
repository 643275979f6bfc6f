/** What networks refuse, events of theirs, prune, internal ones. Subnets are in 10.118.0.0/16. */
import { expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { expectError, onEachEngine } from './suite.ts'

onEachEngine('networks and their rules', (subject) => {
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
  const connect = (name: string, body: object) => api.post(`/networks/${name}/connect`, body)

  test('what a network cannot give is refused [22.01] [18.09]', async () => {
    await make('rule-a', '10.118.1.0/24')
    const second = await api.post('/networks/create', { Name: 'rule-b', CheckDuplicate: true })
    expect(second, second.text).toMatchObject({ status: 201 })
    const id = await subject.sleeper({ HostConfig: { NetworkMode: 'rule-a' } })
    const address = { IPAMConfig: { IPv4Address: '10.118.99.9' } }
    expectError(
      await connect('rule-b', { Container: id, EndpointConfig: address }),
      400,
      'user specified IP address is supported only when connecting to networks with user configured subnets',
    )
    expectError(
      await connect('bridge', { Container: id, EndpointConfig: { Aliases: ['x'] } }),
      400,
      'network-scoped alias is supported only for containers in user defined networks',
    )
    expectError(
      await connect('host', { Container: id }),
      400,
      'container cannot be disconnected from host network or connected to host network',
    )
    expectError(
      await connect('none', { Container: id }),
      400,
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    )
    expectError(await connect('rule-b', { Container: 'nosuch' }), 404, 'No such container: nosuch')
    expectError(await connect('nosuch', { Container: id }), 404, 'network nosuch not found')
    const host = await subject.sleeper({ HostConfig: { NetworkMode: 'host' } })
    const sharing =
      'container sharing network namespace with another container or host cannot be connected to any other network'
    expectError(await connect('rule-b', { Container: host }), 400, sharing)
  })

  test('a network that is not there fails the start [03.10]', async () => {
    const id = await subject.create({ Cmd: ['true'], HostConfig: { NetworkMode: 'nosuch' } })
    expectError(await api.post(`/containers/${id}/start`), 404, 'network nosuch not found')
  })

  test('an internal network has no way out, and its members reach each other [18.14]', async () => {
    await make('rule-c', '10.118.2.0/24', { Internal: true })
    const mode = { HostConfig: { NetworkMode: 'rule-c' } }
    const server = await subject.start({ Cmd: ['httpd', '-f', '-p', '80', '-h', '/var/www'], ...mode })
    const { IPAddress } = (await subject.inspect(server)).NetworkSettings.Networks['rule-c'] ?? {
      IPAddress: '',
    }
    const outside = await subject.start({ Cmd: ['httpd', '-f', '-p', '80', '-h', '/var/www'] })
    const far = (await subject.inspect(outside)).NetworkSettings.Networks.bridge?.IPAddress
    const near = `for i in 1 2 3 4 5; do wget -qO- http://${IPAddress}/ && break; sleep 0.2; done`
    const script = `${near}; timeout 1 wget -qO- http://${far}/ || echo no way out`
    const { log } = await subject.finish({ Cmd: ['sh', '-c', script], ...mode })
    expect(streamText(log, 1)).toBe('<h1>moored</h1>\nno way out\n')
  })

  test('events tell of networks [22.01]', async () => {
    const since = Date.now() / 1000
    await make('rule-d', '10.118.3.0/24')
    const id = await subject.sleeper({ HostConfig: { NetworkMode: 'rule-d' } })
    await api.delete(`/containers/${id}?force=1`)
    await api.delete('/networks/rule-d')
    const filters = encodeURIComponent(JSON.stringify({ type: ['network'] }))
    const text = (await api.get(`/events?since=${since}&until=${Date.now() / 1000 + 1}&filters=${filters}`))
      .text
    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { Action: string; Actor: { Attributes: Record<string, string> } })
      .filter(({ Actor }) => Actor.Attributes.name === 'rule-d')
    expect(events.map(({ Action }) => Action)).toEqual(['create', 'connect', 'disconnect', 'destroy'])
    expect(events[0]?.Actor.Attributes).toEqual({ name: 'rule-d', type: 'bridge' })
    expect(events[1]?.Actor.Attributes).toEqual({ name: 'rule-d', type: 'bridge', container: id })
  })

  test('prune removes what nobody is on, by labels too [22.01]', async () => {
    await make('rule-e', '10.118.4.0/24', { Labels: { keep: '1' } })
    await make('rule-f', '10.118.5.0/24')
    await make('rule-g', '10.118.6.0/24')
    await subject.sleeper({ HostConfig: { NetworkMode: 'rule-g' } })
    const filters = encodeURIComponent(JSON.stringify({ 'label!': ['keep'] }))
    const pruned = (await api.post(`/networks/prune?filters=${filters}`)).json<{
      NetworksDeleted: string[]
    }>()
    expect(pruned.NetworksDeleted).toContain('rule-f')
    expect(pruned.NetworksDeleted).not.toContain('rule-e')
    expect(pruned.NetworksDeleted).not.toContain('rule-g')
    const names = (await api.get('/networks')).json<{ Name: string }[]>().map(({ Name }) => Name)
    expect(names).toEqual(expect.arrayContaining(['rule-e', 'rule-g']))
  })
})
