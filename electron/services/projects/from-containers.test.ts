import { expect, test } from 'vitest'
import { composeOfContainers, type Taken } from './from-containers.ts'

/** What an engine says of a container, as far as it matters here. */
function taken(config: object, host: object = {}, more: object = {}, image: Taken['image'] = {}): Taken {
  const inspect = {
    Name: '/web',
    Config: {
      Image: 'nginx:1.27',
      Env: [],
      Cmd: null,
      Entrypoint: null,
      Labels: null,
      Tty: false,
      ...config,
    },
    HostConfig: { PortBindings: {}, ...host },
    Mounts: [],
    NetworkSettings: { Networks: { bridge: {} } },
    ...more,
  }
  return { inspect, image } as unknown as Taken
}

test('what is the image’s own is left out', () => {
  const image = { Env: ['PATH=/bin'], Cmd: ['nginx'], WorkingDir: '/srv' }
  const config = { Env: ['PATH=/bin', 'LEVEL=info'], Cmd: ['nginx'], WorkingDir: '/srv' }
  expect(composeOfContainers([taken(config, {}, {}, image)]).compose).toBe(
    'services:\n  web:\n    image: nginx:1.27\n    environment:\n      LEVEL: info\n',
  )
})

test('ports, mounts, networks and limits as they are; what is there already is external', () => {
  const { compose } = composeOfContainers([
    taken(
      {},
      {
        PortBindings: {
          '80/tcp': [{ HostIp: '', HostPort: '8080' }],
          '53/udp': [{ HostIp: '127.0.0.1', HostPort: '' }],
        },
        RestartPolicy: { Name: 'always' },
        NanoCpus: 5e8,
      },
      {
        Mounts: [
          { Type: 'volume', Name: 'data', Destination: '/data', RW: true },
          { Type: 'bind', Source: '/etc/web', Destination: '/etc/web', RW: false },
        ],
        NetworkSettings: { Networks: { edge: {} } },
      },
    ),
  ])
  for (const line of [
    '- 8080:80',
    '- 127.0.0.1:53/udp',
    '- data:/data',
    '- /etc/web:/etc/web:ro',
    '- edge',
    'restart: always',
    'cpus: 0.5',
    'volumes:\n  data:\n    external: true\n    name: data',
  ]) {
    expect(compose).toContain(line)
  }
})

test('words that older tools take for something else are quoted, dollars doubled', () => {
  const { compose } = composeOfContainers([
    taken({ Env: ['A=no', 'B=$HOME'] }, { PortBindings: { '22/tcp': [{ HostPort: '22' }] } }),
  ])
  expect(compose).toContain('A: "no"')
  expect(compose).toContain('B: $$HOME')
  expect(compose).toContain('"22:22"')
})

test('secrets in the text and volumes without a name are told', () => {
  const { notes } = composeOfContainers([
    taken(
      { Env: ['DB_PASSWORD=hush'] },
      {},
      { Mounts: [{ Type: 'volume', Name: 'f'.repeat(64), Destination: '/data', RW: true }] },
    ),
  ])
  expect(notes.join('\n')).toMatch(/anonymous volume of \/data[\s\S]*DB_PASSWORD/)
})
