import { expect, test } from 'vitest'
import { AddressPool, macOf } from './addresses.ts'
import { addressNumber, addressText, cidrText, contains, overlaps, parseCidr } from './cidr.ts'
import { parseCounters } from './counters.ts'
import type { Subnet } from './network.ts'

const pool = (subnet: string, more: Partial<Subnet> = {}) =>
  new AddressPool({ subnet, range: null, gateway: null, aux: {}, ...more })

test('a /29 gives five addresses beside its gateway, then says that none is left [18.09]', () => {
  const small = pool('10.1.2.0/29', { gateway: '10.1.2.1' })
  const given = Array.from({ length: 5 }, () => small.take('a'))
  expect(given).toEqual(['10.1.2.2', '10.1.2.3', '10.1.2.4', '10.1.2.5', '10.1.2.6'])
  expect(() => small.take('a')).toThrow('no available IPv4 addresses')
  small.free('10.1.2.4', 'a')
  expect(small.take('a')).toBe('10.1.2.4')
})

test('an address given back is not handed out again at once, and a claimed one never', () => {
  const wide = pool('10.1.0.0/16', { gateway: '10.1.0.1' })
  wide.claim('10.1.0.3', 'b')
  wide.free(wide.take('a'), 'a')
  expect(wide.take('a')).toBe('10.1.0.4')
})

test('an address that is somebody else’s by now is not freed', () => {
  const wide = pool('10.1.0.0/16')
  wide.takeExactly('10.1.0.9', 'b')
  wide.free('10.1.0.9', 'a')
  expect(() => wide.takeExactly('10.1.0.9', 'c')).toThrow('Address already in use')
})

test('addresses come from the range, and auxiliary ones and the gateway are kept [18.10] [18.11] [18.12]', () => {
  const part = pool('10.1.2.0/24', {
    range: '10.1.2.128/30',
    gateway: '10.1.2.129',
    aux: { router: '10.1.2.130' },
  })
  expect([part.take('a'), part.take('a')]).toEqual(['10.1.2.128', '10.1.2.131'])
  expect(() => part.take('a')).toThrow('no available')
  part.takeExactly('10.1.2.5', 'a')
  expect(() => part.takeExactly('10.1.2.130', 'a')).toThrow('Address already in use')
})

test('IPv6 pools of any size, and a /127 uses both its addresses [18.05]', () => {
  const wide = pool('fd00:1::/64', { gateway: 'fd00:1::1' })
  expect([wide.take('a'), wide.take('a')]).toEqual(['fd00:1::2', 'fd00:1::3'])
  const two = pool('fd00:2::/127')
  expect([two.take('a'), two.take('a')]).toEqual(['fd00:2::', 'fd00:2::1'])
})

test('a MAC address is made of the address', () => {
  expect(macOf('172.17.0.2')).toBe('02:42:ac:11:00:02')
})

test('addresses as numbers and back', () => {
  for (const text of ['::', '::1', 'fd00::', '1:0:2::3', 'fe80::1:2:3:4', '2001:db8::ff00:42:8329']) {
    expect(addressText(6, addressNumber(text))).toBe(text)
  }
  expect(addressText(6, addressNumber('::ffff:10.0.0.1'))).toBe('::ffff:a00:1')
  expect(cidrText(parseCidr('10.1.2.3/8'))).toBe('10.0.0.0/8')
  expect(() => parseCidr('10.0.0.0/33')).toThrow('invalid CIDR address: 10.0.0.0/33')
})

test('ranges overlap and hold', () => {
  expect(overlaps(parseCidr('10.0.0.0/8'), parseCidr('10.200.0.0/16'))).toBe(true)
  expect(overlaps(parseCidr('10.1.0.0/16'), parseCidr('10.2.0.0/16'))).toBe(false)
  expect(overlaps(parseCidr('0.0.0.0/0'), parseCidr('fd00::/8'))).toBe(false)
  expect(contains(parseCidr('fd00::/8'), 'fd12::1')).toBe(true)
})

test('counters of every interface but loopback', () => {
  const table =
    ' face |bytes\n    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n  eth0: 500 5 1 2 0 0 0 0 700 7 3 4 0 0 0 0\n'
  expect(parseCounters(table)).toEqual({
    eth0: {
      ...{ rxBytes: 500, rxPackets: 5, rxErrors: 1, rxDropped: 2 },
      ...{ txBytes: 700, txPackets: 7, txErrors: 3, txDropped: 4 },
    },
  })
})
