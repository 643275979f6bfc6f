import { expect, test } from 'vitest'
import type { NetworkCreateRequest } from '../../api/network.ts'
import { parseCidr } from '../../network/cidr.ts'
import { chooseSubnet, localPool } from './choose-subnet.ts'
import { defineNetwork, type NetworkFacts } from './define-network.ts'
import { routes4, routes6 } from './host-ranges.ts'

const facts: NetworkFacts = {
  id: 'ab'.repeat(32),
  created: '2026-01-01T00:00:00Z',
  hostRanges: [],
  others: [],
  pools: [{ base: '10.50.0.0/16', size: 24 }, localPool('t')],
  linkExists: (name) => name === 'eth0',
}
const define = (more: Partial<NetworkCreateRequest>, with_: Partial<NetworkFacts> = {}) =>
  defineNetwork({ Name: 'n', ...more }, { ...facts, ...with_ }).definition
const subnet = (config: object) => ({ IPAM: { Config: [config] } })

test('a network that asks for nothing gets a bridge and the first free subnet [18.02]', () => {
  expect(define({})).toMatchObject({
    driver: 'bridge',
    link: 'br-abababababab',
    subnets: [{ subnet: '10.50.0.0/24', gateway: '10.50.0.1' }],
    mtu: 1500,
    icc: true,
  })
  const used = define({}, { hostRanges: [parseCidr('10.50.0.0/23')] })
  expect(used.subnets[0]?.subnet).toBe('10.50.2.0/24')
})

test('subnet, range, gateway and reserved addresses are as asked [18.09] [18.10] [18.11] [18.12]', () => {
  const config = {
    Subnet: '10.60.0.0/24',
    IPRange: '10.60.0.128/25',
    Gateway: '10.60.0.9',
    AuxiliaryAddresses: { router: '10.60.0.200' },
  }
  expect(define(subnet(config)).subnets).toEqual([
    { subnet: '10.60.0.0/24', range: '10.60.0.128/25', gateway: '10.60.0.9', aux: { router: '10.60.0.200' } },
  ])
  expect(() => define(subnet({ ...config, Gateway: '10.61.0.1' }))).toThrow('out of range')
  expect(() => define(subnet({ ...config, IPRange: '10.61.0.0/25' }))).toThrow('invalid range 10.61.0.0/25')
  expect(() => define(subnet({ Subnet: '10.60.0.0/99' }))).toThrow('invalid CIDR address: 10.60.0.0/99')
})

test('subnets do not overlap with those of other bridges, and may beside a parent', () => {
  const others = [define(subnet({ Subnet: '10.60.0.0/16' }))]
  const other = { ...facts, id: 'cd'.repeat(32), others }
  expect(() => define(subnet({ Subnet: '10.60.5.0/24' }), other)).toThrow('Pool overlaps')
  const beside = { Driver: 'macvlan', Options: { parent: 'eth0' }, ...subnet({ Subnet: '10.60.5.0/24' }) }
  expect(define(beside, other)).toMatchObject({
    driver: 'macvlan',
    link: 'eth0',
    mode: 'bridge',
    ownsLink: false,
  })
})

test('IPv6 takes a unique local subnet when none is named [18.05] [25.14]', () => {
  const { subnets } = define({ EnableIPv6: true })
  expect(subnets).toHaveLength(2)
  expect(subnets[1]?.subnet).toMatch(/^fd[0-9a-f:]+::\/64$/)
  expect(define({ EnableIPv6: true, EnableIPv4: false }).subnets).toHaveLength(1)
})

test('options of the bridge, and those that are none [18.03]', () => {
  const options = {
    'com.docker.network.bridge.name': 'mine0',
    'com.docker.network.bridge.enable_icc': 'false',
    'com.docker.network.driver.mtu': '1400',
  }
  expect(define({ Options: options })).toMatchObject({ link: 'mine0', icc: false, mtu: 1400 })
  expect(() => define({ Options: { 'com.docker.network.bridge.enable_icc': 'maybe' } })).toThrow('ParseBool')
  expect(() => define({ Options: { 'com.docker.network.driver.mtu': '9' } })).toThrow('mtu value: 9')
  expect(() => define({ Driver: 'nosuch' })).toThrow('plugin "nosuch" not found')
  expect(() => define({ Driver: 'macvlan', Options: { parent: 'nosuch0' } })).toThrow('nosuch0')
})

test('pools that are used up are said to be', () => {
  const pools = [{ base: '10.50.0.0/24', size: 25 }]
  const used = [parseCidr('10.50.0.0/25'), parseCidr('10.50.0.128/25')]
  expect(() => chooseSubnet(pools, used, 4)).toThrow('could not find an available, non-overlapping IPv4')
})

test('routes of the host as the kernel writes them', () => {
  const table =
    'Iface\tDestination\n' +
    'eth0\t00000000\t0101A8C0\t3\t0\t0\t0\t00000000\neth0\t0001A8C0\t0\t1\t0\t0\t0\t00FFFFFF\n'
  expect(routes4(table)).toEqual([parseCidr('192.168.1.0/24')])
  const six = `${'fd000000000000000000000000000000'} 40 ${'0'.repeat(32)} 00 x\n${'0'.repeat(32)} 00 y\n`
  expect(routes6(six)).toEqual([parseCidr('fd00::/64')])
})
