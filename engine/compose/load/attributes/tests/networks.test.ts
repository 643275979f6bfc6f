import { describe, expect, test } from 'vitest'
import { attributesOf, faultsOf } from '../../from-text.ts'

const top = 'networks: {front: , back: }'

describe('networks of a service', () => {
  test.each([
    ['[front]', { front: null }],
    ['[front, back]', { front: null, back: null }],
    ['{front: , back: {}}', { front: null, back: {} }],
    ['[default, front]', { default: null, front: null }],
    ['{front: {aliases: [a, b]}}', { front: { aliases: ['a', 'b'] } }],
    [
      '{front: {ipv4_address: 172.16.238.10, ipv6_address: "2001:db8::10"}}',
      { front: { ipv4_address: '172.16.238.10', ipv6_address: '2001:db8::10' } },
    ],
    ['{front: {link_local_ips: [169.254.1.1]}}', { front: { link_local_ips: ['169.254.1.1'] } }],
    ['{front: {mac_address: "02:42:ac:11:00:02"}}', { front: { mac_address: '02:42:ac:11:00:02' } }],
    ['{front: {priority: 1000, gw_priority: 1}}', { front: { priority: 1000, gw_priority: 1 } }],
    [
      '{front: {driver_opts: {a: 1}, interface_name: eth7}}',
      { front: { driver_opts: { a: '1' }, interface_name: 'eth7' } },
    ],
    ['{front: {priority: "${P:-7}"}}', { front: { priority: 7 } }],
  ])('%s [16.08]', async (text, expected) => {
    expect(await attributesOf(`networks: ${text}`, top)).toEqual({ networks: expected })
  })

  test.each([['host'], ['none'], ['bridge'], ['container:other'], ['"${MODE:-host}"']])(
    'network_mode: %s has no networks [16.08]',
    async (mode) => {
      const { network_mode, networks } = await attributesOf(`network_mode: ${mode}`)
      expect([network_mode, networks]).toEqual([mode.startsWith('"') ? 'host' : mode, undefined])
    },
  )

  test.each([
    ['networks: [frnt]', '4:16: services.web.networks: there is no network "frnt"; did you mean "front"?'],
    [
      'networks: [other]',
      '4:16: services.web.networks: there is no network "other"; define it below networks:',
    ],
    [
      'networks: [front]\nnetwork_mode: host',
      '5:19: services.web.network_mode: stands beside networks, and only one of them can be; take one away',
    ],
    ['networks: {front: [a]}', '4:23: services.web.networks.front: must be a map, not a list'],
    [
      'networks: {front: {alias: [a]}}',
      '4:24: services.web.networks.front.alias: "alias" is not known here; did you mean "aliases"?',
    ],
    [
      'networks: {front: {ipv4_address: 10.0.0}}',
      '4:38: services.web.networks.front.ipv4_address: must be an IPv4 address like 172.16.238.10, not "10.0.0"',
    ],
    [
      'networks: {front: {ipv6_address: 10.0.0.1}}',
      '4:38: services.web.networks.front.ipv6_address: must be an IPv6 address like 2001:db8::10, not "10.0.0.1"',
    ],
    [
      'network_mode: service:wbe',
      '4:19: services.web.network_mode: there is no service "wbe"; did you mean "web"?',
    ],
  ])('%j is refused', async (text, expected) => {
    expect(await faultsOf(text, top)).toEqual([expected])
  })
})

describe('names and addresses', () => {
  test.each([
    ['dns: 1.1.1.1', { dns: ['1.1.1.1'] }],
    ['dns: [1.1.1.1, 8.8.8.8]', { dns: ['1.1.1.1', '8.8.8.8'] }],
    ['dns_search: example.org', { dns_search: ['example.org'] }],
    ['dns_search: [a.org, b.org]', { dns_search: ['a.org', 'b.org'] }],
    ['dns_opt: [use-vc]', { dns_opt: ['use-vc'] }],
    ['hostname: h\ndomainname: d.org', { hostname: 'h', domainname: 'd.org' }],
    ['mac_address: 02:42:ac:11:65:43', { mac_address: '02:42:ac:11:65:43' }],
    ['extra_hosts: [a=10.0.0.1]', { extra_hosts: { a: ['10.0.0.1'] } }],
    ['extra_hosts: ["a:10.0.0.1"]', { extra_hosts: { a: ['10.0.0.1'] } }],
    ['extra_hosts: ["a=::1"]', { extra_hosts: { a: ['::1'] } }],
    ['extra_hosts: ["a=[::1]"]', { extra_hosts: { a: ['::1'] } }],
    ['extra_hosts: ["a:::1"]', { extra_hosts: { a: ['::1'] } }],
    ['extra_hosts: {a: 10.0.0.1}', { extra_hosts: { a: ['10.0.0.1'] } }],
    ['extra_hosts: {a: [10.0.0.1, 10.0.0.2]}', { extra_hosts: { a: ['10.0.0.1', '10.0.0.2'] } }],
    ['extra_hosts: [a=10.0.0.1, a=10.0.0.2]', { extra_hosts: { a: ['10.0.0.1', '10.0.0.2'] } }],
    [
      'extra_hosts: ["host.docker.internal:host-gateway"]',
      { extra_hosts: { 'host.docker.internal': ['host-gateway'] } },
    ],
    ['external_links: [redis, "db:mysql"]', { external_links: ['redis', 'db:mysql'] }],
  ])('%s', async (text, expected) => {
    expect(await attributesOf(text)).toEqual(expected)
  })

  test.each([
    [
      'extra_hosts: [a]',
      '4:19: services.web.extra_hosts[0]: must be like "name=10.0.0.1"; host-gateway stands for this host',
    ],
    [
      'extra_hosts: [a=b]',
      '4:19: services.web.extra_hosts[0]: "b" is no address; write an address, or host-gateway for this host',
    ],
    [
      'extra_hosts: {a: }',
      '4:19: services.web.extra_hosts.a: "" is no address; write an address, or host-gateway for this host',
    ],
    ['extra_hosts: a', '4:18: services.web.extra_hosts: must be a map or a list of "host=address", not "a"'],
    ['dns: {a: b}', '4:10: services.web.dns: must be a string or a list of strings, not a map'],
  ])('%s is refused', async (text, expected) => {
    expect(await faultsOf(text)).toEqual([expected])
  })
})
