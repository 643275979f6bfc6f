import { describe, expect, test } from 'vitest'
import { attributesOf, faultsOf } from '../../from-text.ts'

const port = (target: number, published?: string, more: object = {}) => ({
  mode: 'ingress',
  target,
  protocol: 'tcp',
  ...(published === undefined ? {} : { published }),
  ...more,
})

/** What a wrong short form is answered with. */
const SHORT = '; write "HOST:CONTAINER", "IP:HOST:CONTAINER" or "CONTAINER", with /udp for UDP'

describe('ports', () => {
  test.each([
    ['"3000"', [port(3000)]],
    ['3000', [port(3000)]],
    ['3000-3002', [port(3000), port(3001), port(3002)]],
    ['8000:80', [port(80, '8000')]],
    ['22:22', [port(22, '22')]],
    ['9090-9091:8080-8081', [port(8080, '9090'), port(8081, '9091')]],
    ['8000-9000:80', [port(80, '8000-9000')]],
    ['127.0.0.1:8001:8001', [port(8001, '8001', { host_ip: '127.0.0.1' })]],
    ['127.0.0.1::80', [port(80, undefined, { host_ip: '127.0.0.1' })]],
    ['0.0.0.0:80:80', [port(80, '80', { host_ip: '0.0.0.0' })]],
    ['"::1:6000:6000"', [port(6000, '6000', { host_ip: '::1' })]],
    ['"[::1]:6001:6001"', [port(6001, '6001', { host_ip: '::1' })]],
    ['6060:6060/udp', [port(6060, '6060', { protocol: 'udp' })]],
    ['53/UDP', [port(53, undefined, { protocol: 'udp' })]],
    [
      '5000-5001:5000-5001/sctp',
      [port(5000, '5000', { protocol: 'sctp' }), port(5001, '5001', { protocol: 'sctp' })],
    ],
    ['{target: 80}', [port(80)]],
    ['{target: 80, published: 8080}', [port(80, '8080')]],
    ['{target: "80", published: "8080-8090"}', [port(80, '8080-8090')]],
    [
      '{target: 80, host_ip: 127.0.0.1, protocol: udp, mode: host}',
      [port(80, undefined, { host_ip: '127.0.0.1', protocol: 'udp', mode: 'host' })],
    ],
    [
      '{target: 443, name: web-secured, app_protocol: https}',
      [port(443, undefined, { name: 'web-secured', app_protocol: 'https' })],
    ],
    ['"${HOST_PORT:-8080}:80"', [port(80, '8080')]],
    ['"${NO_IP-}8080:80"', [port(80, '8080')]],
    ['{target: "${INNER:-81}", published: "${OUTER:-82}"}', [port(81, '82')]],
    ['{target: 80, x-why: because}', [{ ...port(80), 'x-why': 'because' }]],
  ])('- %s [16.05]', async (line, expected) => {
    expect(await attributesOf(`ports:\n  - ${line}`)).toEqual({ ports: expected })
  })

  test.each([
    ['- 0:80', `5:7: services.web.ports[0]: "0" is no port from 1 to 65535${SHORT}`],
    ['- 80:65536', `5:7: services.web.ports[0]: "65536" is no port from 1 to 65535${SHORT}`],
    ['- http', `5:7: services.web.ports[0]: "http" is no port from 1 to 65535${SHORT}`],
    [
      '- 80:80/tpc',
      '5:7: services.web.ports[0]: "80:80/tpc" names the protocol tpc, and there are tcp, udp and sctp' +
        SHORT,
    ],
    [
      '- 8000-8010:80-81',
      `5:7: services.web.ports[0]: the ranges 8000-8010 and 80-81 are not of one length${SHORT}`,
    ],
    ['- 90-80', `5:7: services.web.ports[0]: "90-80" is no port from 1 to 65535${SHORT}`],
    ['- localhost:80:80', `5:7: services.web.ports[0]: "localhost" is no address of the host${SHORT}`],
    [
      '- {published: 80}',
      '5:7: services.web.ports[0]: target is missing; add "target:" with a whole number from 1 to 65535',
    ],
    [
      '- {target: 80, publish: 80}',
      '5:20: services.web.ports[0].publish: "publish" is not known here; did you mean "published"?',
    ],
    [
      '- {target: 0}',
      '5:16: services.web.ports[0].target: must be a whole number from 1 to 65535, not the number 0',
    ],
    [
      '- {target: 80, mode: hots}',
      '5:26: services.web.ports[0].mode: must be one of ingress, host, not "hots"; did you mean "host"?',
    ],
    ['- [80]', '5:7: services.web.ports[0]: must be a port like "8080:80", or a map with target, not a list'],
  ])('%s is refused', async (line, expected) => {
    const [first = '', ...more] = await faultsOf(`ports:\n${line}`)
    expect(more).toEqual([])
    expect(first).toBe(expected)
  })

  test('text in place of the list is refused', async () => {
    expect(await faultsOf('ports: 80:80')).toEqual([
      '4:12: services.web.ports: must be a list of ports, not "80:80"; begin each with a dash',
    ])
  })
})

describe('expose', () => {
  test.each([
    ['[3000]', ['3000']],
    ['["3000/udp", 8000-8010]', ['3000/udp', '8000-8010']],
    ['["${P:-1}"]', ['1']],
  ])('expose: %s [16.05]', async (list, expected) => {
    expect(await attributesOf(`expose: ${list}`)).toEqual({ expose: expected })
  })

  test.each([['80:80'], ['http'], ['80/tpc'], ['70000']])('- %s is refused', async (line) => {
    expect(await faultsOf(`expose: ["${line}"]`)).toEqual([
      `4:14: services.web.expose[0]: must be a port like 3000, "3000/udp" or "8000-8010", not "${line}"`,
    ])
  })
})
