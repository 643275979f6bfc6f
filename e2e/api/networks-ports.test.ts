/** Published ports of every kind, and networks with IPv6. Subnets are in 10.115.0.0/16 and fd15:115::/32. */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { freePort, until } from '../fixtures/processes.ts'
import { expectError, onEachEngine } from './suite.ts'

const SERVER = ['httpd', '-f', '-p', '80', '-h', '/var/www']
const PAGE = '<h1>moored</h1>\n'
const fetched = (address: string) =>
  until(`the page of ${address}`, async () => (await fetch(`http://${address}/`)).text(), 5_000)

onEachEngine('published ports', (subject) => {
  const { api } = subject
  const publish = (port: string, ...bindings: object[]) => ({
    ExposedPorts: { [port]: {} },
    HostConfig: { PortBindings: { [port]: bindings } },
  })
  const bound = async (id: string, port: string) =>
    (await subject.inspect(id)).NetworkSettings.Ports[port] ?? []

  test('a port that names no address is had on every one of both families [03.03]', async () => {
    const id = await subject.start({ Cmd: SERVER, ...publish('80/tcp', { HostIp: '', HostPort: '' }) })
    const all = await bound(id, '80/tcp')
    expect(all.map(({ HostIp }) => HostIp).toSorted()).toEqual(['0.0.0.0', '::'])
    for (const { HostIp, HostPort } of all) {
      expect(await fetched(HostIp === '::' ? `[::1]:${HostPort}` : `127.0.0.1:${HostPort}`)).toBe(PAGE)
    }
  })

  test('an IPv6 address alone [03.03]', async () => {
    const port = await freePort()
    const id = await subject.start({
      Cmd: SERVER,
      ...publish('80/tcp', { HostIp: '::1', HostPort: `${port}` }),
    })
    expect(await bound(id, '80/tcp')).toEqual([{ HostIp: '::1', HostPort: `${port}` }])
    expect(await fetched(`[::1]:${port}`)).toBe(PAGE)
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  })

  test('the first free port of a range [03.03]', async () => {
    const port = await freePort()
    const wish = { HostIp: '127.0.0.1', HostPort: `${port}-${port + 3}` }
    const ids = [await subject.start({ Cmd: SERVER, ...publish('80/tcp', wish) })]
    ids.push(await subject.start({ Cmd: SERVER, ...publish('80/tcp', wish) }))
    const ports = await Promise.all(ids.map(async (id) => Number((await bound(id, '80/tcp'))[0]?.HostPort)))
    expect(new Set(ports).size).toBe(2)
    for (const each of ports) {
      expect(each).toBeGreaterThanOrEqual(port)
      expect(each).toBeLessThanOrEqual(port + 3)
      expect(await fetched(`127.0.0.1:${each}`)).toBe(PAGE)
    }
  })

  test('udp: what is sent to the port arrives in the container [03.03]', async () => {
    const id = await subject.sleeper(publish('90/udp', { HostIp: '127.0.0.1', HostPort: '' }))
    const [binding] = await bound(id, '90/udp')
    const socket = createSocket('udp4')
    try {
      await until('a datagram', async () => {
        socket.send('?', Number(binding?.HostPort), '127.0.0.1')
        const { Id } = (
          await api.post(`/containers/${id}/exec`, { Cmd: ['cat', '/proc/net/snmp'], AttachStdout: true })
        ).json<{ Id: string }>()
        const text = await (await api.hijack('POST', `/exec/${Id}/start`, { upgrade: true, json: {} })).all()
        // Nobody listens there: the kernel counts what came for nobody ("NoPorts").
        return Number(/^Udp: \d+ (\d+)/m.exec(streamText(text, 1))?.[1]) > 0
      })
    } finally {
      socket.close()
    }
  })

  test('a container reaches itself and others by a published port [03.03]', async () => {
    await api.post('/networks/create', {
      Name: 'port-a',
      CheckDuplicate: true,
      IPAM: { Config: [{ Subnet: '10.115.1.0/24' }] },
    })
    const on = { NetworkMode: 'port-a' }
    const bindings = { PortBindings: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '' }] } }
    const id = await subject.start({
      Cmd: SERVER,
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { ...on, ...bindings },
    })
    const [binding] = await bound(id, '80/tcp')
    await fetched(`127.0.0.1:${binding?.HostPort}`)
    const body = { Cmd: ['wget', '-qO-', `http://10.115.1.1:${binding?.HostPort}/`], AttachStdout: true }
    const { Id } = (await api.post(`/containers/${id}/exec`, body)).json<{ Id: string }>()
    const own = await (await api.hijack('POST', `/exec/${Id}/start`, { upgrade: true, json: {} })).all()
    expect(streamText(own, 1)).toBe(PAGE)
    const near = await subject.finish({ Cmd: body.Cmd, HostConfig: on })
    expect(streamText(near.log, 1)).toBe(PAGE)
  })

  test('a port that another container has is refused, and free when that is gone [03.03]', async () => {
    const port = await freePort()
    const wish = publish('80/tcp', { HostIp: '', HostPort: `${port}` })
    const first = await subject.start({ Cmd: SERVER, ...wish }, 'port-owner')
    const second = await subject.create({ Cmd: SERVER, ...wish })
    expectError(
      await api.post(`/containers/${second}/start`),
      500,
      subject.name === 'embedded'
        ? new RegExp(
            `Bind for 0\\.0\\.0\\.0:${port} failed: port is already allocated \\(by container port-owner\\)`,
          )
        : /port is already allocated/,
    )
    await api.delete(`/containers/${first}?force=1`)
    expect((await api.post(`/containers/${second}/start`)).status).toBe(204)
    expect(await fetched(`127.0.0.1:${port}`)).toBe(PAGE)
  })

  test('an IPv6 network gives addresses, routes and names of both families [18.05] [25.14]', async () => {
    const made = await api.post('/networks/create', {
      Name: 'port-six',
      CheckDuplicate: true,
      EnableIPv6: true,
      IPAM: { Config: [{ Subnet: '10.115.2.0/24' }, { Subnet: 'fd15:115:2::/64' }] },
    })
    expect(made.status, made.text).toBe(201)
    expect((await api.get('/networks/port-six')).json<{ EnableIPv6: boolean }>().EnableIPv6).toBe(true)
    const endpoint = { IPAMConfig: { IPv6Address: 'fd15:115:2::77' }, Aliases: ['six'] }
    const on = { HostConfig: { NetworkMode: 'port-six' } }
    const server = await subject.start({
      Cmd: SERVER,
      ...on,
      NetworkingConfig: { EndpointsConfig: { 'port-six': endpoint } },
    })
    expect((await subject.inspect(server)).NetworkSettings.Networks['port-six']).toMatchObject({
      GlobalIPv6Address: 'fd15:115:2::77',
      GlobalIPv6PrefixLen: 64,
      IPv6Gateway: 'fd15:115:2::1',
    })
    const script = `for i in 1 2 3 4 5 6 7 8 9; do wget -qO- 'http://[fd15:115:2::77]/' && break; sleep 0.3; done
      nslookup -type=aaaa six; cat /proc/net/ipv6_route`
    const { log } = await subject.finish({ Cmd: ['sh', '-c', script], ...on })
    expect(streamText(log, 1)).toContain(PAGE)
    expect(streamText(log, 1)).toMatch(/^Address: fd15:115:2::77$/m)
    expect(streamText(log, 1)).toMatch(/^0{32} 00 0{32} 00 fd1501150002/m)
    expect(readFileSync('/proc/sys/net/ipv6/conf/all/forwarding', 'utf8')).toBe('1\n')
  })
})
