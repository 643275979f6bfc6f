import { describe, expect, test } from 'vitest'
import { faults, load } from './from-text.ts'

describe('a project', () => {
  test('has names, networks and paths of its own', async () => {
    const { project, warnings } = await load({
      '/stack/compose.yaml': `
name: harbour
services:
  web:
    build: .
    ports: ["8080:80", "127.0.0.1:53:53/udp"]
    environment: [A=1, SHELL_VAR, NOT_SET]
    volumes: ["./src:/app:ro", "data:/data"]
    depends_on: [db]
  db:
    image: postgres:\${TAG:-16}
    networks: {back: {aliases: [database]}}
volumes: {data: }
networks: {back: {internal: true}}
`,
    })
    expect(warnings).toEqual([])
    expect(project).toMatchObject({
      name: 'harbour',
      directory: '/stack',
      services: {
        web: {
          build: { context: '/stack', dockerfile: 'Dockerfile' },
          ports: [
            { mode: 'ingress', target: 80, published: '8080', protocol: 'tcp' },
            { mode: 'ingress', host_ip: '127.0.0.1', target: 53, published: '53', protocol: 'udp' },
          ],
          environment: { A: '1', SHELL_VAR: 'from-shell' },
          volumes: [
            {
              type: 'bind',
              source: '/stack/src',
              target: '/app',
              read_only: true,
              bind: { create_host_path: true },
            },
            { type: 'volume', source: 'data', target: '/data', volume: {} },
          ],
          depends_on: { db: { condition: 'service_started', required: true } },
          networks: { default: null },
        },
        db: { image: 'postgres:16', networks: { back: { aliases: ['database'] } } },
      },
      networks: { back: { name: 'harbour_back', internal: true }, default: { name: 'harbour_default' } },
      volumes: { data: { name: 'harbour_data' } },
    })
    expect(project.services.web?.environment).not.toHaveProperty('NOT_SET')
  })

  test('is merged of several files, with reset and override', async () => {
    const { project } = await load(
      {
        '/stack/a.yaml': `
services:
  web:
    image: a
    command: [one, two]
    ports: ["80:80"]
    environment: {A: a, B: b}
    dns: [1.1.1.1]
    labels: {x: "1"}
    cap_add: [NET_ADMIN]
`,
        '/stack/b.yaml': `
services:
  web:
    command: three
    ports: !override ["90:90"]
    environment: [B=c, "C=d"]
    dns: [1.1.1.1, 8.8.8.8]
    labels: !reset {}
    cap_add: !reset null
`,
      },
      { files: ['a.yaml', 'b.yaml'] },
    )
    expect(project.services.web).toEqual({
      name: 'web',
      image: 'a',
      command: ['three'],
      ports: [{ mode: 'ingress', target: 90, published: '90', protocol: 'tcp' }],
      environment: { A: 'a', B: 'c', C: 'd' },
      dns: ['1.1.1.1', '8.8.8.8'],
      networks: { default: null },
    })
  })

  test('extends a service of another folder, and includes another project', async () => {
    const { project, sources } = await load({
      '/stack/compose.yaml': `
include: [../other/compose.yaml]
services:
  web:
    extends: {file: base/common.yaml, service: app}
    image: mine
    depends_on: [cache]
`,
      '/stack/base/common.yaml': `
services:
  app:
    image: theirs
    env_file: app.env
    volumes: ["./conf:/conf"]
`,
      '/stack/base/app.env': 'FROM_FILE=yes\n',
      '/other/compose.yaml': 'services: {cache: {image: "redis:${REDIS}", volumes: ["./d:/d"]}}',
      '/other/.env': 'REDIS=7\n',
    })
    expect(project.services.web).toMatchObject({
      image: 'mine',
      environment: { FROM_FILE: 'yes' },
      volumes: [{ source: '/stack/base/conf' }],
    })
    expect(project.services.cache).toMatchObject({ image: 'redis:7', volumes: [{ source: '/other/d' }] })
    expect(sources).toEqual(['/stack/compose.yaml', '/stack/base/common.yaml', '/other/compose.yaml'])
  })

  test('leaves services of other profiles aside', async () => {
    const files = { '/stack/compose.yaml': 'services: {a: {image: x}, b: {image: y, profiles: [debug]}}' }
    expect(Object.keys((await load(files)).project.services)).toEqual(['a'])
    expect(Object.keys((await load(files)).project.disabled)).toEqual(['b'])
    expect(Object.keys((await load(files, { profiles: ['debug'] })).project.services)).toEqual(['a', 'b'])
    expect(
      Object.keys((await load(files, { environment: { COMPOSE_PROFILES: '*' } })).project.services),
    ).toEqual(['a', 'b'])
  })
})

describe('what is wrong', () => {
  test.each([
    [
      'services:\n  web:\n    imgae: x\n',
      ['/stack/compose.yaml:3:5: services.web.imgae: "imgae" is not known here; did you mean "image"?'],
    ],
    [
      'services:\n  web:\n    image: x\n    ports:\n      - 80:80:80:80\n',
      [
        '/stack/compose.yaml:5:9: services.web.ports[0]: "80:80" is no address of the host; write "HOST:CONTAINER", "IP:HOST:CONTAINER" or "CONTAINER", with /udp for UDP',
      ],
    ],
    [
      'services:\n  web:\n    image: x\n    networks: [front]\nnetworks:\n  fornt:\n',
      ['/stack/compose.yaml:4:16: services.web.networks: there is no network "front"; did you mean "fornt"?'],
    ],
    [
      'services:\n  web: {image: x, depends_on: [web]}\n',
      [
        '/stack/compose.yaml:2:32: services.web.depends_on: goes in a circle: web -> web; take one of these dependencies away',
      ],
    ],
    [
      'services:\n  web:\n    image: x\n   bad: y\n',
      [
        '/stack/compose.yaml:4:1: All mapping items must start at the same column; put it below the key before it, with as many spaces',
      ],
    ],
    [
      'services:\n  web:\n    image: 5\n',
      [
        '/stack/compose.yaml:3:12: services.web.image: must be a string, not the number 5; put it in quotes: "5"',
      ],
    ],
    [
      'services:\n  web:\n    image: "${X:?say which}"\n',
      [
        '/stack/compose.yaml:3:12: services.web.image: the variable X must be set and not be empty: say which; set X in the environment or in .env',
      ],
    ],
    [
      'services:\n  web: {}\n',
      [
        '/stack/compose.yaml:2:8: services.web: has neither image nor build; write image: name:tag, or build: ./folder',
      ],
    ],
  ])('%j', async (text, expected) => {
    expect(await faults({ '/stack/compose.yaml': text })).toEqual(expected)
  })
})
