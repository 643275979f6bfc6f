/** Networks of compose files on engines (rows of group 18). */
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { SLEEP, Stack } from './stack.ts'

interface Network {
  readonly Name: string
  readonly Driver: string
  readonly Internal: boolean
  readonly Attachable: boolean
  readonly EnableIPv6: boolean
  readonly Options: Readonly<Record<string, string>>
  readonly Labels: Readonly<Record<string, string>>
  readonly IPAM: {
    readonly Driver: string
    readonly Options: Readonly<Record<string, string>> | null
    readonly Config: readonly Readonly<Record<string, unknown>>[]
  }
}

onEachEngine('longshore compose: networks', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())
  const sleep = `image: $IMAGE, command: ${JSON.stringify(SLEEP)}`
  const network = async (name: string) => (await subject.api.get(`/networks/${name}`)).json<Network>()

  test('the proxy reaches the app, the app the database, and the proxy not the database [18.01] [18.14]', async () => {
    stack.write(`
services:
  proxy: {${sleep}, networks: [front]}
  app: {${sleep}, networks: [front, back]}
  db: {${sleep}, networks: [back]}
networks: {front: {}, back: {internal: true}}
`)
    await stack.do('up -d')
    const reaches = async (from: string, to: string) =>
      (await stack.try(`exec -T ${from} ping -c1 -W2 ${to}`)).code === 0
    expect([await reaches('proxy', 'app'), await reaches('app', 'db'), await reaches('proxy', 'db')]).toEqual(
      [...[true, true, false]],
    )
    expect((await network('pier_back')).Internal).toBe(true)
  })

  test('everything that a network can say arrives at the engine [18.02] [18.03] [18.04] [18.08] [18.09] [18.10] [18.11] [18.12] [18.13] [18.15] [18.16]', async () => {
    stack.write(`
services: {web: {${sleep}, networks: {wide: {ipv4_address: 10.97.3.7}}}}
networks:
  wide:
    name: named-\${WHERE}
    driver: bridge
    driver_opts: {com.docker.network.driver.mtu: 1400}
    attachable: true
    labels: [tier=front]
    ipam:
      driver: default
      config:
        - {subnet: 10.97.0.0/16, ip_range: 10.97.3.0/24, gateway: 10.97.3.1, aux_addresses: {router: 10.97.3.2}}
      options: {own: "1"}
`)
    await stack.do('up -d', { env: { WHERE: 'here' } })
    const made = await network('named-here')
    expect(made).toMatchObject({
      Driver: 'bridge',
      Attachable: true,
      Options: { 'com.docker.network.driver.mtu': '1400' },
      Labels: { tier: 'front', 'com.docker.compose.network': 'wide' },
      IPAM: {
        Driver: 'default',
        Options: { own: '1' },
        Config: [
          {
            Subnet: '10.97.0.0/16',
            IPRange: '10.97.3.0/24',
            Gateway: '10.97.3.1',
            AuxiliaryAddresses: { router: '10.97.3.2' },
          },
        ],
      },
    })
    const { NetworkSettings } = await subject.inspect('pier-web-1')
    expect(NetworkSettings.Networks['named-here']?.IPAddress).toBe('10.97.3.7')
    await stack.do('down', { env: { WHERE: 'here' } })
    expect((await subject.api.get('/networks/named-here')).status).toBe(404)
  })

  test('an external network is used, by a name that variables give, and never made or removed [18.06] [18.07]', async () => {
    await subject.api.post('/networks/create', { Name: 'outside', CheckDuplicate: true })
    stack.write(
      `services: {web: {${sleep}, networks: [n]}}\nnetworks: {n: {external: true, name: "\${NETWORK_ID}"}}`,
    )
    const env = { NETWORK_ID: 'outside' }
    await stack.do('up -d', { env })
    expect(Object.keys((await subject.inspect('pier-web-1')).NetworkSettings.Networks)).toEqual(['outside'])
    await stack.do('down', { env })
    expect((await network('outside')).Name).toBe('outside')
    expect((await stack.try('up -d', { env: { NETWORK_ID: 'nowhere' } })).stderr).toContain(
      'network nowhere declared as external, but could not be found',
    )
  })

  test('enable_ipv6 gives addresses of both kinds [18.05]', async () => {
    stack.write(`
services: {web: {${sleep}, networks: {six: {ipv6_address: "fd97:1::7"}}}}
networks: {six: {enable_ipv6: true, ipam: {config: [{subnet: "fd97:1::/64"}]}}}
`)
    await stack.do('up -d')
    expect((await network('pier_six')).EnableIPv6).toBe(true)
    expect((await stack.do('exec -T web ip -6 addr show eth0')).stdout).toContain('fd97:1::7/64')
  })

  test('a network that is there under another driver is kept, and told of [18.02]', async () => {
    stack.write(`services: {web: {${sleep}}}\nnetworks: {default: {}}`)
    await stack.do('up -d')
    stack.write(`services: {web: {${sleep}}}\nnetworks: {default: {driver: macvlan}}`)
    expect((await stack.do('plan')).stdout).toMatch(
      /network +pier_default +warn +driver was bridge, now macvlan/,
    )
  })
})

onEachEngine('longshore compose: volumes', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())

  test('name, labels and options of a volume; an external one is used and stays [19.02] [19.03] [19.04] [19.05]', async () => {
    await subject.api.post('/volumes/create', { Name: 'outside' })
    stack.write(`
services:
  web:
    image: $IMAGE
    command: sh -c 'touch /out/x; grep " /fast " /proc/mounts | cut -d" " -f3'
    volumes: ["named:/named", "out:/out", "fast:/fast"]
volumes:
  named: {name: exactly, labels: {tier: data}}
  out: {external: true, name: outside}
  fast: {driver: local, driver_opts: {type: tmpfs, device: tmpfs, o: "size=1m"}}
`)
    await stack.do('up -d')
    expect(await subject.exitCode('pier-web-1')).toBe(0)
    expect((await stack.do('logs --no-log-prefix')).stdout).toBe('tmpfs\n')
    expect((await subject.api.get('/volumes/exactly')).json()).toMatchObject({ Labels: { tier: 'data' } })
    expect((await subject.api.get('/volumes/pier_fast')).json()).toMatchObject({
      Options: { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' },
    })
    await stack.do('down -v')
    const left = (await subject.api.get('/volumes')).json<{ Volumes: { Name: string }[] }>().Volumes
    expect(left.map(({ Name }) => Name)).toEqual(['outside'])
  })

  test('anonymous volumes are carried over a recreation, and new with -V [15.12]', async () => {
    const text = (level: string) =>
      `services: {web: {image: $IMAGE, command: ${JSON.stringify(SLEEP)}, environment: {L: ${level}}, volumes: [/data]}}`
    const volume = async () => (await subject.inspect('pier-web-1')).Mounts[0]?.Name
    stack.write(text('one'))
    await stack.do('up -d')
    const first = await volume()
    stack.write(text('two'))
    expect((await stack.do('plan')).stdout).toContain('keeps the anonymous volume of /data')
    await stack.do('up -d')
    expect(await volume()).toBe(first)
    stack.write(text('three'))
    await stack.do('up -d -V')
    expect(await volume()).not.toBe(first)
  })
})
