import { expect, test } from 'vitest'
import { gatewayEndpoint, routeWords } from './endpoints.ts'
import { commandText } from './names.ts'
import type { Endpoint, NetworkDefinition } from './network.ts'
import { forwardRules, leaveRules, portRules } from './rules.ts'

const network = (name: string, more: Partial<NetworkDefinition> = {}): NetworkDefinition => ({
  id: name,
  name,
  driver: 'bridge',
  link: `br-${name}`,
  mode: '',
  ownsLink: true,
  subnets: [{ subnet: '10.1.0.0/24', range: null, gateway: '10.1.0.1', aux: {} }],
  internal: false,
  mtu: 1500,
  icc: true,
  masquerade: true,
  hostBinding: '0.0.0.0',
  ...more,
})
const endpoint = (networkId: string, more: Partial<Endpoint> = {}): Endpoint => ({
  networkId,
  interface: `if-${networkId}`,
  address: '10.1.0.2',
  prefixLength: 24,
  gateway: '10.1.0.1',
  address6: '',
  prefixLength6: 0,
  gateway6: '',
  macAddress: '02:42:0a:01:00:02',
  priority: 0,
  ...more,
})

test('what enters a network is an answer, a published port or from itself [22.01]', () => {
  expect(forwardRules('t', [network('a')], 4)).toEqual([
    ':FWD-T - [0:0]',
    '-A FWD-T -o br-a -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-A FWD-T -o br-a -m conntrack --ctstate DNAT -j ACCEPT',
    '-A FWD-T -i br-a -o br-a -j ACCEPT',
    '-A FWD-T -o br-a -j DROP',
    '-A FWD-T -i br-a ! -o br-a -j ACCEPT',
  ])
})

test('an internal network lets nothing in or out, one without icc nothing between its own [18.14]', () => {
  expect(forwardRules('t', [network('a', { internal: true, icc: false })], 4)).toEqual([
    ':FWD-T - [0:0]',
    '-A FWD-T -i br-a -o br-a -j DROP',
    '-A FWD-T -o br-a -j DROP',
    '-A FWD-T -i br-a -j DROP',
  ])
})

test('networks of the second family have rules in its tables alone [25.14]', () => {
  const six = network('six', {
    subnets: [{ subnet: 'fd00::/64', range: null, gateway: 'fd00::1', aux: {} }],
  })
  expect(forwardRules('t', [six], 4)).toEqual([':FWD-T - [0:0]'])
  expect(leaveRules('t', [six, network('a', { masquerade: false })], 6)).toEqual([
    ':OUT-T - [0:0]',
    '-A OUT-T -s fd00::/64 ! -o br-six -j MASQUERADE',
    '-A OUT-T -s fd00::/64 -o br-six -m conntrack --ctstate DNAT -j MASQUERADE',
    '-A OUT-T -o br-six -m addrtype --src-type LOCAL -j MASQUERADE',
  ])
})

test('rules of ports name the host address unless it is every one', () => {
  const mapping = { hostIp: '127.0.0.1', hostPort: 8080, containerPort: 80, protocol: 'tcp' } as const
  const lines = (mappings: Parameters<typeof portRules>[3], target = endpoint('a')) =>
    portRules('t', 'ab'.repeat(32), target, mappings).map(
      ({ family, words }) => `${family} ${words.join(' ')}`,
    )
  expect(lines([mapping, { ...mapping, hostIp: '0.0.0.0', protocol: 'udp' }])).toEqual([
    '4 PORT-T -d 127.0.0.1/32 -p tcp -m tcp --dport 8080 -m comment --comment abababababab -j DNAT --to-destination 10.1.0.2:80',
    '4 PORT-T -p udp -m udp --dport 8080 -m comment --comment abababababab -j DNAT --to-destination 10.1.0.2:80',
  ])
  expect(lines([{ ...mapping, hostIp: '::' }])).toEqual([])
  expect(lines([{ ...mapping, hostIp: '::' }], endpoint('a', { address6: 'fd00::2' }))).toEqual([
    '6 PORT-T -p tcp -m tcp --dport 8080 -m comment --comment abababababab -j DNAT --to-destination [fd00::2]:80',
  ])
})

test('the default route: priority, then the first by name, never by an internal network', () => {
  const known = [network('a', { internal: true }), network('b'), network('c')]
  const networkOf = (id: string) => known.find((each) => each.id === id)
  const all = [endpoint('a'), endpoint('c'), endpoint('b')]
  expect(gatewayEndpoint(all, networkOf, 4)?.networkId).toBe('b')
  expect(gatewayEndpoint([...all, endpoint('c', { priority: 1 })], networkOf, 4)?.networkId).toBe('c')
  expect(routeWords([endpoint('a')], networkOf)).toEqual(['-', '-'])
  expect(routeWords([endpoint('b', { gateway6: 'fd00::1' })], networkOf)).toEqual([
    'if-b,10.1.0.1',
    'if-b,fd00::1',
  ])
})

test('what the server of names is told cannot be broken out of', () => {
  const text = commandText(
    { containerId: 'c1', netns: '/n', endpoints: [] },
    {
      networks: [
        { id: 'n1', name: 'net a', names: ['web\ndrop c2'], addresses: ['10.1.0.2'], aliases: [['x', 'y']] },
      ],
      servers: [{ address: '10.9.9.9', inside: true }],
    },
  )
  expect(text).toBe(
    'put c1 /n\nnetwork n1 neta\nname n1 webdropc2\naddress n1 10.1.0.2\nalias n1 x y\ninside 10.9.9.9\n.\n',
  )
})
