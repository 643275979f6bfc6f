import { describe, expect, test } from 'vitest'
import { faults, load, withService } from '../from-text.ts'

async function merged(base: string, over: string, top = '') {
  const { project } = await load(
    { '/stack/a.yaml': withService(base, top), '/stack/b.yaml': withService(over) },
    { files: ['a.yaml', 'b.yaml'] },
  )
  const { name: _, image: __, networks: ___, ...rest } = project.services.web ?? { name: '' }
  return rest
}
const port = (target: number, published: string) => ({ mode: 'ingress', target, published, protocol: 'tcp' })

describe('one file over another', () => {
  test.each<readonly [string, string, object]>([
    ['command: [a, b]', 'command: [c]', { command: ['c'] }],
    ['entrypoint: a', 'entrypoint: b c', { entrypoint: ['b', 'c'] }],
    [
      'healthcheck: {test: a, retries: 3}',
      'healthcheck: {test: [CMD, b]}',
      { healthcheck: { test: ['CMD', 'b'], retries: 3 } },
    ],
    ['environment: {A: 1, B: 2}', 'environment: [B=3, C=4]', { environment: { A: '1', B: '3', C: '4' } }],
    ['labels: [a=1]', 'labels: {a: 2, b: 3}', { labels: { a: '2', b: '3' } }],
    ['ports: ["80:80"]', 'ports: ["81:81"]', { ports: [port(80, '80'), port(81, '81')] }],
    ['ports: ["80:80"]', 'ports: ["80:80"]', { ports: [port(80, '80')] }],
    [
      'volumes: ["/a:/x"]',
      'volumes: ["/b:/x:ro"]',
      {
        volumes: [
          { type: 'bind', source: '/b', target: '/x', read_only: true, bind: { create_host_path: true } },
        ],
      },
    ],
    ['expose: [1]', 'expose: [1, 2]', { expose: ['1', '2'] }],
    ['dns: 1.1.1.1', 'dns: [2.2.2.2]', { dns: ['1.1.1.1', '2.2.2.2'] }],
    ['dns_search: a', 'dns_search: a', { dns_search: ['a'] }],
    ['tmpfs: /a', 'tmpfs: [/b]', { tmpfs: ['/a', '/b'] }],
    ['cap_add: [A]', 'cap_add: [B]', { cap_add: ['A', 'B'] }],
    ['cap_drop: [ALL]', 'cap_drop: [ALL]', { cap_drop: ['ALL'] }],
    ['security_opt: [a]', 'security_opt: [b]', { security_opt: ['a', 'b'] }],
    ['group_add: [1]', 'group_add: [2]', { group_add: ['1', '2'] }],
    [
      'devices: [/dev/a]',
      'devices: ["/dev/b:/dev/a"]',
      { devices: [{ source: '/dev/b', target: '/dev/a', permissions: 'rwm' }] },
    ],
    [
      'extra_hosts: [a=1.1.1.1]',
      'extra_hosts: [b=2.2.2.2]',
      { extra_hosts: { a: ['1.1.1.1'], b: ['2.2.2.2'] } },
    ],
    ['ulimits: {nofile: {soft: 1, hard: 2}}', 'ulimits: {nofile: 5}', { ulimits: { nofile: 5 } }],
    ['ulimits: {nofile: 5}', 'ulimits: {nproc: 6}', { ulimits: { nofile: 5, nproc: 6 } }],
    ['sysctls: {a: 1}', 'sysctls: [b=2]', { sysctls: { a: '1', b: '2' } }],
    [
      'logging: {driver: json-file, options: {a: b}}',
      'logging: {options: {c: d}}',
      { logging: { driver: 'json-file', options: { a: 'b', c: 'd' } } },
    ],
    [
      'logging: {driver: json-file, options: {a: b}}',
      'logging: {driver: local}',
      { logging: { driver: 'local' } },
    ],
    [
      'logging: {driver: local, options: {a: b}}',
      'logging: {driver: local, options: {a: c}}',
      { logging: { driver: 'local', options: { a: 'c' } } },
    ],
    [
      'deploy: {replicas: 2, labels: [a=1]}',
      'deploy: {labels: {b: 2}}',
      { deploy: { replicas: 2, labels: { a: '1', b: '2' } } },
    ],
    [
      'deploy: {resources: {limits: {cpus: 1}}}',
      'deploy: {resources: {limits: {memory: 1k}}}',
      { deploy: { resources: { limits: { cpus: '1', memory: '1024' } } } },
    ],
    [
      'build: ./a',
      'build: {target: t}',
      { build: { context: '/stack/a', dockerfile: 'Dockerfile', target: 't' } },
    ],
    [
      'build: {args: [A=1]}',
      'build: {args: {A: 2, B: 3}}',
      { build: { context: '/stack', dockerfile: 'Dockerfile', args: { A: '2', B: '3' } } },
    ],
    ['restart: always', 'restart: "no"', { restart: 'no' }],
    ['privileged: true', 'privileged: false', { privileged: false }],
    ['hostname: a', 'domainname: b', { hostname: 'a', domainname: 'b' }],
    ['stop_grace_period: 1s', 'stop_grace_period: 2s', { stop_grace_period: '2s' }],
    ['storage_opt: {size: 1G}', 'storage_opt: {size: 2G}', { storage_opt: { size: '2G' } }],
    ['profiles: []', 'profiles: []', { profiles: [] }],
    ['x-a: {b: 1}', 'x-a: {c: 2}', { 'x-a': { b: 1, c: 2 } }],
    ['ports: ["80:80"]', 'ports: !reset []', {}],
    ['ports: ["80:80"]', 'ports: !override ["81:81"]', { ports: [port(81, '81')] }],
    ['environment: {A: 1, B: 2}', 'environment: {A: !reset null}', { environment: { B: '2' } }],
    ['environment: {A: 1, B: 2}', 'environment: !override {C: 3}', { environment: { C: '3' } }],
    ['command: a', 'command: !reset null', {}],
    ['build: .', 'build: !reset null', {}],
    ['hostname: a', 'hostname: !reset ""', {}],
  ])('%s + %s', async (base, over, expected) => {
    expect(await merged(base, over)).toEqual(expected)
  })

  test('depends_on, secrets and networks are joined by their names', async () => {
    const top = '  db: {image: db}\nsecrets: {s: {file: /s}, t: {file: /t}}\nnetworks: {n: , m: }'
    const { project } = await load(
      {
        '/stack/a.yaml': withService('depends_on: [db]\nsecrets: [s]\nnetworks: [n]', top),
        '/stack/b.yaml': withService(
          'depends_on: {db: {condition: service_healthy}}\nsecrets: [{source: s, mode: 0400}, t]\nnetworks: {n: {aliases: [a]}, m: }',
        ),
      },
      { files: ['a.yaml', 'b.yaml'] },
    )
    expect(project.services.web).toMatchObject({
      depends_on: { db: { condition: 'service_healthy', required: true } },
      secrets: [{ source: 's', mode: 0o400 }, { source: 't' }],
      networks: { n: { aliases: ['a'] }, m: null },
    })
  })
})

describe('extends', () => {
  const base = {
    '/stack/base/c.yaml': 'services: {app: {image: theirs, environment: {A: 1}, env_file: e, build: .}}',
    '/stack/base/e': 'E=1\n',
  }
  test('another file, its paths being its own [15.09]', async () => {
    const text = 'services: {web: {extends: {file: base/c.yaml, service: app}, environment: [B=2]}}'
    const { project } = await load({ '/stack/compose.yaml': text, ...base })
    expect(project.services.web).toMatchObject({
      image: 'theirs',
      environment: { A: '1', B: '2', E: '1' },
      build: { context: '/stack/base' },
    })
  })

  test.each([
    [
      '{web: {extends: app, hostname: h}, app: {image: a, hostname: i, tty: true}}',
      { image: 'a', hostname: 'h', tty: true },
    ],
    ['{web: {extends: {service: app}}, app: {image: a}}', { image: 'a' }],
    ['{web: {extends: b}, b: {extends: c, tty: true}, c: {image: a}}', { image: 'a', tty: true }],
    ['{web: {extends: app, ports: !reset []}, app: {image: a, ports: [80]}}', { image: 'a' }],
  ])('%s', async (services, expected) => {
    const { project } = await load({ '/stack/compose.yaml': `services: ${services}` })
    const { name: _, networks: __, ...rest } = project.services.web ?? { name: '' }
    expect(rest).toEqual(expected)
  })

  test.each([
    [
      '{web: {extends: ap}, app: {image: a}}',
      '1:27: services.web.extends: there is no service "ap" to extend; did you mean "app"?',
    ],
    [
      '{web: {extends: {file: none.yaml, service: a}}}',
      '1:34: the file /stack/none.yaml is not there; make it, or name another',
    ],
    [
      '{web: {extends: {file: base/c.yaml, service: ap}}}',
      '1:27: services.web.extends: there is no service "ap" in base/c.yaml to extend; name one that it has',
    ],
    [
      '{web: {extends: {file: base/c.yaml}}}',
      '1:27: services.web.extends: service is missing; add "service:" with a string',
    ],
    [
      '{web: {extends: web}}',
      '1:27: services.web.extends: goes in a circle: web -> web; take one of these extends away',
    ],
    [
      '{web: {extends: b}, b: {extends: web}}',
      '1:27: services.web.extends: goes in a circle: web -> b -> web; take one of these extends away',
    ],
  ])('%s is refused', async (services, expected) => {
    const [first] = await faults({ '/stack/compose.yaml': `services: ${services}`, ...base })
    expect(first).toBe(`/stack/compose.yaml:${expected}`)
  })
})

describe('include', () => {
  const files = {
    '/stack/sub/c.yaml': 'services: {db: {image: "db:${TAG:-1}", volumes: [./d:/d], build: {target: t}}}',
    '/stack/sub/.env': 'TAG=2\n',
    '/stack/tag.env': 'TAG=3\n',
  }
  test.each([
    ['[sub/c.yaml]', 'db:2', '/stack/sub'],
    ['[{path: sub/c.yaml}]', 'db:2', '/stack/sub'],
    ['[{path: [sub/c.yaml]}]', 'db:2', '/stack/sub'],
    ['[{path: sub/c.yaml, project_directory: .}]', 'db:1', '/stack'],
    ['[{path: sub/c.yaml, env_file: tag.env}]', 'db:3', '/stack/sub'],
  ])('%s [15.09]', async (text, image, folder) => {
    const { project } = await load({
      '/stack/compose.yaml': `include: ${text}\nservices: {web: {image: app}}\n`,
      ...files,
    })
    expect(project.services.db).toMatchObject({
      image,
      volumes: [{ source: `${folder}/d` }],
      build: { context: folder },
    })
  })

  test.each([
    ['[none.yaml]', '1:11: the file /stack/none.yaml is not there; make it, or name another'],
    [
      '[compose.yaml]',
      '1:11: include: /stack/compose.yaml includes itself, maybe by way of others; take one of the includes away',
    ],
    [
      '[{path: sub/c.yaml, env_file: none}]',
      '1:11: include: the file /stack/none is not there; make it, or take it out of env_file',
    ],
    ['sub/c.yaml', '1:10: include: must be a list, not "sub/c.yaml"; begin each with a dash'],
    [
      '[{file: sub/c.yaml}]',
      '1:11: include[0]: path is missing; add "path:" with a string or a list of strings',
    ],
  ])('%s is refused', async (text, expected) => {
    const found = await faults({
      '/stack/compose.yaml': `include: ${text}\nservices: {web: {image: app}}\n`,
      ...files,
    })
    expect(found[0]).toBe(`/stack/compose.yaml:${expected}`)
  })
})
