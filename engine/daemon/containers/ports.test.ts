import { expect, test } from 'vitest'
import { portMap, portSummaries, portWishes } from './ports.ts'

test('bindings become wishes: an address, a number, a range or any', () => {
  const wishes = portWishes(
    {},
    {
      '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }],
      '53/udp': [{ HostIp: '', HostPort: '5300-5310' }],
      '90': null,
    },
    false,
  )
  expect(wishes).toEqual([
    { hostIp: '0.0.0.0', everywhere: true, first: 0, last: 0, containerPort: 90, protocol: 'tcp' },
    { hostIp: '127.0.0.1', everywhere: false, first: 8080, last: 8080, containerPort: 80, protocol: 'tcp' },
    { hostIp: '0.0.0.0', everywhere: true, first: 5300, last: 5310, containerPort: 53, protocol: 'udp' },
  ])
})

test('publishing all takes exposed ports that have no binding', () => {
  const wishes = portWishes(
    { '80/tcp': {}, '81/tcp': {} },
    { '80/tcp': [{ HostIp: '', HostPort: '8080' }] },
    true,
  )
  expect(wishes.map(({ containerPort, first }) => [containerPort, first])).toEqual([
    [80, 8080],
    [81, 0],
  ])
})

test('what is no port is refused', () => {
  const wish =
    (port: string, HostPort: string, HostIp = '') =>
    () =>
      portWishes({}, { [port]: [{ HostIp, HostPort }] }, false)
  expect(wish('http', '80')).toThrow('invalid port specification: "http"')
  expect(wish('70000/tcp', '80')).toThrow('invalid port specification')
  expect(wish('80/tcp', '90-80')).toThrow('invalid port specification: "90-80"')
  expect(wish('80/tcp', '80', 'example.org')).toThrow('invalid IP address: example.org')
  expect(wish('80/tcp', '80', '[::1]')()).toMatchObject([{ hostIp: '::1', everywhere: false }])
})

test('inspect and the list show what is published and what is only exposed', () => {
  const mappings = [{ hostIp: '0.0.0.0', hostPort: 8080, containerPort: 80, protocol: 'tcp' as const }]
  expect(portMap({ '80/tcp': {}, '9/udp': {} }, mappings)).toEqual({
    '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }],
    '9/udp': null,
  })
  expect(portSummaries({ '80/tcp': {}, '9/udp': {} }, mappings)).toEqual([
    { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
    { PrivatePort: 9, Type: 'udp' },
  ])
})
