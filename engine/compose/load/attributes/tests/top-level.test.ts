import { describe, expect, test } from 'vitest'
import { faults, load } from '../../from-text.ts'

const project = async (top: string) =>
  (await load({ '/stack/compose.yaml': `services: {web: {image: app}}\n${top}\n` })).project
const refused = (top: string) => faults({ '/stack/compose.yaml': `services: {web: {image: app}}\n${top}\n` })

describe('networks', () => {
  test.each<readonly [string, object, string]>([
    ['n:', { name: 'stack_n' }, '18.02'],
    [
      'n: {driver: overlay, attachable: true}',
      { name: 'stack_n', driver: 'overlay', attachable: true },
      '18.04',
    ],
    ['n: {driver_opts: {a: x, b: 1}}', { name: 'stack_n', driver_opts: { a: 'x', b: '1' } }, '18.03'],
    [
      'n: {enable_ipv6: true, enable_ipv4: false}',
      { name: 'stack_n', enable_ipv6: true, enable_ipv4: false },
      '18.05',
    ],
    ['n: {external: true}', { name: 'n', external: true }, '18.06'],
    ['n: {external: false}', { name: 'stack_n' }, '18.06'],
    ['n: {external: true, name: "${NETWORK_ID:-mine}"}', { name: 'mine', external: true }, '18.07'],
    ['n: {external: {name: old}}', { name: 'old', external: true }, '18.06'],
    ['n: {ipam: {driver: default}}', { name: 'stack_n', ipam: { driver: 'default' } }, '18.08'],
    [
      'n: {ipam: {config: [{subnet: 172.28.0.0/16, ip_range: 172.28.5.0/24, gateway: 172.28.5.254}]}}',
      {
        name: 'stack_n',
        ipam: { config: [{ subnet: '172.28.0.0/16', ip_range: '172.28.5.0/24', gateway: '172.28.5.254' }] },
      },
      '18.09',
    ],
    [
      'n: {ipam: {config: [{subnet: 10.0.0.0/8, aux_addresses: {h: 10.0.0.5}}]}}',
      { name: 'stack_n', ipam: { config: [{ subnet: '10.0.0.0/8', aux_addresses: { h: '10.0.0.5' } }] } },
      '18.12',
    ],
    ['n: {ipam: {options: {foo: bar}}}', { name: 'stack_n', ipam: { options: { foo: 'bar' } } }, '18.13'],
    ['n: {internal: "${I:-true}"}', { name: 'stack_n', internal: true }, '18.14'],
    ['n: {labels: [a=b, c]}', { name: 'stack_n', labels: { a: 'b', c: '' } }, '18.15'],
    ['n: {name: exact}', { name: 'exact' }, '18.16'],
    ['n: {x-note: 1}', { name: 'stack_n', 'x-note': 1 }, '18.02'],
  ])('%s -> %j [%s]', async (text, expected) => {
    expect((await project(`networks:\n  ${text}`)).networks.n).toEqual(expected)
  })

  test.each([
    [
      'n: {external: true, driver: bridge}',
      '3:6: networks.n: is external, and driver can only be said of what Compose makes; take external away, or the rest',
    ],
    ['n: {ipam: {config: {subnet: a}}}', '3:22: networks.n.ipam.config: must be a list, not a map'],
    [
      'n: {ipam: {config: [{subnet: 10.0.0.0}]}}',
      '3:32: networks.n.ipam.config[0].subnet: must be a subnet like 172.28.0.0/16, not "10.0.0.0"',
    ],
    [
      'n: {ipam: {config: [{gateway: here}]}}',
      '3:33: networks.n.ipam.config[0].gateway: must be an address like 172.28.5.254, not "here"',
    ],
    [
      'n: {intrenal: true}',
      '3:7: networks.n.intrenal: "intrenal" is not known here; did you mean "internal"?',
    ],
    [
      '"a b":',
      '3:3: networks.a b: "a b" is no name of a network: letters, digits, dot, dash and underscore; write a_b',
    ],
  ])('%s is refused', async (text, expected) => {
    expect(await refused(`networks:\n  ${text}`)).toEqual([`/stack/compose.yaml:${expected}`])
  })
})

describe('volumes', () => {
  test.each<readonly [string, object, string]>([
    ['v:', { name: 'stack_v' }, '19.01'],
    ['v: {driver: foobar}', { name: 'stack_v', driver: 'foobar' }, '19.01'],
    [
      'v: {driver_opts: {type: nfs, o: "addr=10.40.0.199,rw", device: ":/docker/example"}}',
      { name: 'stack_v', driver_opts: { type: 'nfs', o: 'addr=10.40.0.199,rw', device: ':/docker/example' } },
      '19.02',
    ],
    [
      'v: {driver_opts: {type: none, o: bind, device: ./d}}',
      { name: 'stack_v', driver_opts: { type: 'none', o: 'bind', device: '/stack/d' } },
      '19.02',
    ],
    ['v: {external: true}', { name: 'v', external: true }, '19.03'],
    ['v: {external: true, name: actual}', { name: 'actual', external: true }, '19.03'],
    ['v: {external: {name: old}}', { name: 'old', external: true }, '19.03'],
    ['v: {labels: {a: 1}}', { name: 'stack_v', labels: { a: '1' } }, '19.04'],
    ['v: {name: exact}', { name: 'exact' }, '19.05'],
    ['v: {name: "${N:-a}-b"}', { name: 'a-b' }, '19.05'],
  ])('%s -> %j [%s]', async (text, expected) => {
    expect((await project(`volumes:\n  ${text}`)).volumes.v).toEqual(expected)
  })

  test.each([
    [
      'v: {external: true, driver: local}',
      '3:6: volumes.v: is external, and driver can only be said of what Compose makes; take external away, or the rest',
    ],
    [
      'v: {external: true, labels: {a: b}}',
      '3:6: volumes.v: is external, and labels can only be said of what Compose makes; take external away, or the rest',
    ],
    ['v: local', '3:6: volumes.v: must be a map, not "local"'],
    ['v: {drivr: local}', '3:7: volumes.v.drivr: "drivr" is not known here; did you mean "driver"?'],
  ])('%s is refused [19.03]', async (text, expected) => {
    expect(await refused(`volumes:\n  ${text}`)).toEqual([`/stack/compose.yaml:${expected}`])
  })
})

describe.each(['configs', 'secrets'] as const)('%s', (kind) => {
  test.each([
    ['s: {file: ./f}', { name: 'stack_s', file: '/stack/f' }],
    ['s: {file: ~/f}', { name: 'stack_s', file: '/home/me/f' }],
    ['s: {environment: SHELL_VAR}', { name: 'stack_s', environment: 'SHELL_VAR' }],
    ['s: {content: "a $SHELL_VAR $$b"}', { name: 'stack_s', content: 'a from-shell $b' }],
    ['s: {external: true}', { name: 's', external: true }],
    ['s: {external: true, name: "${S:-t}"}', { name: 't', external: true }],
    ['s: {external: {name: old}}', { name: 'old', external: true }],
    ['s: {file: f, labels: [a]}', { name: 'stack_s', file: '/stack/f', labels: { a: '' } }],
  ])('%s [15.07] [15.08] [19.06] [19.08] [19.11]', async (text, expected) => {
    expect((await project(`${kind}:\n  ${text}`))[kind].s).toEqual(expected)
  })

  test.each([
    ['s: {}', ': does not say where it comes from; write file, environment, content or external'],
    ['s: {file: f, content: c}', ': comes from file and content; keep one of them'],
    [
      's: {external: true, file: f}',
      ': is external, and file can only be said of what Compose makes; take external away, or the rest',
    ],
    ['s:', ': must be a map, not empty; write file, environment, content or external below it'],
  ])('%s is refused', async (text, expected) => {
    const [first = '', ...more] = await refused(`${kind}:\n  ${text}`)
    expect(more).toEqual([])
    expect(first.replace(/^\/stack\/compose\.yaml:3:\d: \w+\.s/, '')).toBe(expected)
  })

  test.each([
    ['[s]', [{ source: 's' }]],
    [
      '[{source: s, target: /t, uid: "103", gid: 103, mode: 0440}]',
      [{ source: 's', target: '/t', uid: '103', gid: '103', mode: 0o440 }],
    ],
    ['[{source: s, mode: "0400"}]', [{ source: 's', mode: 0o400 }]],
    ['[{source: s, mode: 0o444}]', [{ source: 's', mode: 0o444 }]],
  ])('granted by %s [16.16] [19.13]', async (text, expected) => {
    const yaml = `services: {web: {image: app, ${kind}: ${text}}}\n${kind}: {s: {file: f}}\n`
    const loaded = await load({ '/stack/compose.yaml': yaml })
    expect(loaded.project.services.web?.[kind]).toEqual(expected)
  })

  test('a grant of what is not defined is refused', async () => {
    const yaml = `services:\n  web:\n    image: app\n    ${kind}: [pasword]\n${kind}: {password: {file: f}}\n`
    expect((await faults({ '/stack/compose.yaml': yaml }))[0]).toMatch(
      /:4:\d+: services\.web\.\w+: there is no (secret|config) "pasword"; did you mean "password"\?$/,
    )
  })
})

describe('the top', () => {
  test.each([
    ['name: abc', 'abc'],
    ['name: "${N:-from-default}"', 'from-default'],
    ['name: a_b-1', 'a_b-1'],
    ['', 'stack'],
  ])('%s [15.03]', async (text, name) => {
    expect((await project(text)).name).toBe(name)
  })

  test.each([
    [
      'name: Abc',
      '2:7: name: must be a name of small letters, digits, dashes and underscores, not "Abc"; write abc',
    ],
    [
      'name: -a',
      '2:7: name: must be a name of small letters, digits, dashes and underscores, not "-a"; write a',
    ],
    ['servces: {}', '2:1: servces: "servces" is not known here; did you mean "services"?'],
    [
      'web: {image: x}',
      '2:1: web: "web" is not known here; known here: version, name, include, services, networks, volumes, configs, secrets, models',
    ],
    ['models: {m: {}}', '2:13: models.m: model is missing; add "model:" with a string'],
  ])('%s is refused', async (text, expected) => {
    expect(await refused(text)).toEqual([`/stack/compose.yaml:${expected}`])
  })

  test('what begins with x- is kept and may be anything', async () => {
    expect((await project('x-a: [1, {b: c}]\nx-d: e')).extensions).toEqual({
      'x-a': [1, { b: 'c' }],
      'x-d': 'e',
    })
  })

  test('version is told to be without effect', async () => {
    const { warnings } = await load({ '/stack/compose.yaml': 'version: "3.8"\nservices: {a: {image: b}}\n' })
    expect(warnings.map(({ message }) => message)).toEqual(['is without effect'])
  })
})
