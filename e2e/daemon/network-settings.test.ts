import { afterAll, beforeAll, expect, test } from 'vitest'
import { verify } from '../fixtures/embedded.ts'
import { decodeFrames } from '../fixtures/frames.ts'
import { freePort } from '../fixtures/processes.ts'
import { giveBox, type OwnDaemon, POLITE, startDaemon } from './daemon.ts'

const CONFIG = {
  bip: '10.177.3.1/24',
  'fixed-cidr': '10.177.3.64/26',
  mtu: 1380,
  ip: '127.0.0.1',
  dns: ['10.177.3.9'],
  'dns-search': ['moored.example'],
  'dns-opts': ['ndots:3'],
  'host-gateway-ips': ['10.177.3.200'],
  'default-address-pools': [{ base: '10.178.0.0/16', size: 26 }],
}

let daemon: OwnDaemon
beforeAll(async () => {
  daemon = await startDaemon(CONFIG)
  await giveBox(daemon.api)
})
afterAll(() => daemon.stop())

async function output(script: string, HostConfig: object = {}): Promise<string> {
  const id = await daemon.start({ Cmd: ['sh', '-c', script], HostConfig })
  await daemon.api.post(`/containers/${id}/wait`)
  const log = await daemon.api.get(`/containers/${id}/logs?stdout=1&stderr=1`)
  return decodeFrames(log.body)
    .map(({ text }) => text)
    .join('')
}

test('the default bridge, names and addresses are as daemon.json says [25.03] [25.07]', async () => {
  const said = await output(
    'ip -4 addr show eth0; ip route; cat /sys/class/net/eth0/mtu /etc/resolv.conf /etc/hosts',
    {
      ExtraHosts: ['host.docker.internal:host-gateway'],
    },
  )
  const address = Number(/inet 10\.177\.3\.(\d+)\/24/.exec(said)?.[1])
  expect(address).toBeGreaterThanOrEqual(64)
  expect(address).toBeLessThan(128)
  expect(said).toContain('default via 10.177.3.1')
  expect(said).toMatch(/^1380$/m)
  expect(said).toContain('nameserver 10.177.3.9\nsearch moored.example\noptions ndots:3\n')
  expect(said).toMatch(/^10\.177\.3\.200\s+host\.docker\.internal$/m)
  const own = await output('cat /etc/resolv.conf', { Dns: ['192.0.2.1'] })
  expect(own).toContain('nameserver 192.0.2.1\n')
  expect(own).not.toContain('10.177.3.9')
})

test('ports that name no address are published on the one that is set', async () => {
  const port = await freePort()
  const id = await daemon.start({
    Cmd: POLITE,
    HostConfig: { PortBindings: { '80/tcp': [{ HostPort: String(port) }] } },
  })
  const { NetworkSettings } = (await daemon.api.get(`/containers/${id}/json`)).json<{
    NetworkSettings: { Ports: object }
  }>()
  expect(NetworkSettings.Ports).toEqual({ '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] })
})

test('networks get their subnets from the pools that are set', async () => {
  const made = await daemon.api.post('/networks/create', { Name: 'pooled' })
  expect(made.status, made.text).toBe(201)
  const network = (await daemon.api.get('/networks/pooled')).json<{
    IPAM: { Config: { Subnet: string }[] }
  }>()
  expect(network.IPAM.Config[0]?.Subnet).toMatch(/^10\.178\.\d+\.\d+\/26$/)
  const info = (await daemon.api.get('/info')).json<object>()
  expect(info).toMatchObject({ DefaultAddressPools: [{ Base: '10.178.0.0/16', Size: 26 }] })
  await daemon.api.delete('/networks/pooled')
})

test('another bip waits until no container is on the bridge, and holds then', async () => {
  const gateway = async () =>
    (await daemon.api.get('/networks/bridge')).json<{ IPAM: { Config: { Gateway: string }[] } }>().IPAM
      .Config[0]?.Gateway
  const id = await daemon.start({ Cmd: POLITE })
  daemon.configure({ ...CONFIG, bip: '10.179.4.1/24', 'fixed-cidr': '10.179.4.0/25' })
  await daemon.engine.terminate()
  await daemon.engine.start()
  expect(await gateway()).toBe('10.177.3.1')
  expect(daemon.engine.log()).toContain('containers run on it, which keep their addresses')
  const running = (await daemon.api.get('/containers/json')).json<{ Id: string }[]>()
  for (const { Id } of running) await daemon.api.delete(`/containers/${Id}?force=1`)
  expect(running.map(({ Id }) => Id)).toContain(id)
  // Killed, so that the old bridge is still there.
  await daemon.engine.kill()
  await daemon.engine.start()
  expect(await gateway()).toBe('10.179.4.1')
  expect(await output('ip -4 addr show eth0; ip route')).toMatch(
    /10\.179\.4\.\d+\/24[\s\S]*via 10\.179\.4\.1/,
  )
  expect(await verify(daemon.engine.root)).toMatchObject({ code: 0 })
})
