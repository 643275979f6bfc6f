import { expect, test } from 'vitest'
import { parseCidr } from '../../network/cidr.ts'
import type { NetworkDefinition } from '../../network/network.ts'
import { PLAIN_SETTINGS } from '../plain-settings.ts'
import type { DaemonSettings } from '../settings.ts'
import { bridgeBySettings, hasOtherSubnets } from './bridge-settings.ts'

const RECORDED: NetworkDefinition = {
  id: 'b',
  name: 'bridge',
  driver: 'bridge',
  link: 'ls-1234',
  mode: '',
  ownsLink: true,
  subnets: [{ subnet: '172.30.0.0/16', range: null, gateway: '172.30.0.1', aux: {} }],
  internal: false,
  mtu: 1500,
  icc: true,
  masquerade: true,
  hostBinding: '0.0.0.0',
}
const laid = (more: Partial<DaemonSettings['network']>, recorded = RECORDED) =>
  bridgeBySettings(recorded, { ...PLAIN_SETTINGS.network, ...more }, [parseCidr('172.31.0.0/16')])

test('nothing set is what is recorded', () => {
  expect(laid({})).toEqual(RECORDED)
})

test('bip, fixed-cidr, mtu, icc and ip [25.07]', () => {
  const bridge = laid({
    ...{ bip: '10.9.8.1/24', fixedCidr: '10.9.8.128/25', mtu: 1400 },
    ...{ icc: false, publishIp: '127.0.0.1' },
  })
  expect(bridge).toMatchObject({
    subnets: [{ subnet: '10.9.8.0/24', range: '10.9.8.128/25', gateway: '10.9.8.1' }],
    mtu: 1400,
    icc: false,
    hostBinding: '127.0.0.1',
  })
  expect(hasOtherSubnets(bridge, RECORDED)).toBe(true)
  expect(hasOtherSubnets(laid({ mtu: 1400, fixedCidr: '172.30.1.0/24' }), RECORDED)).toBe(false)
  expect(() => laid({ fixedCidr: '10.1.0.0/24' })).toThrow('fixed-cidr 10.1.0.0/24 is not within')
})

test('an IPv6 range is the one that is set, else one of the engine’s own that stays [25.14]', () => {
  expect(laid({ ipv6: true, fixedCidrV6: 'fd00:1::/64' }).subnets[1]).toMatchObject({
    subnet: 'fd00:1::/64',
    gateway: 'fd00:1::1',
  })
  const own = laid({ ipv6: true })
  expect(own.subnets[1]?.subnet).toMatch(/^fd[0-9a-f:]+::\/64$/)
  expect(laid({ ipv6: true }, own)).toEqual(own)
  expect(laid({}, own)).toEqual(RECORDED)
})
