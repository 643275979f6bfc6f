import { expect, test } from 'vitest'
import { AddressPool, macOf } from './addresses.ts'
import { parseCounters } from './counters.ts'

test('a /29 gives five addresses beside its gateway, then says that none is left', () => {
  const pool = new AddressPool('10.1.2.0/29', '10.1.2.1')
  const given = Array.from({ length: 5 }, () => pool.take())
  expect(given).toEqual(['10.1.2.2', '10.1.2.3', '10.1.2.4', '10.1.2.5', '10.1.2.6'])
  expect(() => pool.take()).toThrow('no address is left in 10.1.2.0/29')
  pool.free('10.1.2.4')
  expect(pool.take()).toBe('10.1.2.4')
})

test('an address given back is not handed out again at once, and a claimed one never', () => {
  const pool = new AddressPool('10.1.0.0/16', '10.1.0.1')
  pool.claim('10.1.0.3')
  pool.free(pool.take())
  expect(pool.take()).toBe('10.1.0.4')
})

test('a MAC address is made of the address', () => {
  expect(macOf('172.17.0.2')).toBe('02:42:ac:11:00:02')
})

test('counters of every interface but loopback', () => {
  const table =
    ' face |bytes\n    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n  eth0: 500 5 0 0 0 0 0 0 700 7 0 0 0 0 0 0\n'
  expect(parseCounters(table)).toEqual({ eth0: { rxBytes: 500, rxPackets: 5, txBytes: 700, txPackets: 7 } })
})
