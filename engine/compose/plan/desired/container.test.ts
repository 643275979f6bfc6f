import { expect, test } from 'vitest'
import { loadProject } from '../../load/load.ts'
import { desiredContainer } from './container.ts'

/** The container of the service `web` of a compose text. */
async function container(text: string) {
  const { project } = await loadProject({
    cwd: '/stack',
    home: '/root',
    name: 'p',
    environment: {},
    read: async (file) => (file === '/stack/compose.yaml' ? text : undefined),
  })
  const web = project.services.web
  if (!web) throw new Error('no service web')
  return desiredContainer(web, project, {
    name: 'p-web-1',
    image: web.image ?? '',
    namespaces: { network: '', ipc: '', pid: '' },
    volumesFrom: [],
    links: [],
    serviceAlias: true,
    labels: { made: 'here' },
  })
}

/** One service with these attributes. */
const web = (attributes: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) =>
  container(JSON.stringify({ services: { web: { image: 'i', ...attributes } }, ...more }))

test.each([
  [{ environment: { B: 1, A: null, C: 'x' } }, { Env: ['B=1', 'C=x'] }],
  [{ command: 'echo "a b"' }, { Cmd: ['echo', 'a b'] }],
  [{ entrypoint: [] }, { Entrypoint: [''] }],
  [
    { ports: ['8080:80', '53/udp'] },
    {
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      HostConfig: {
        PortBindings: {
          '80/tcp': [{ HostIp: '', HostPort: '8080' }],
          '53/udp': [{ HostIp: '', HostPort: '' }],
        },
      },
    },
  ],
  [{ expose: ['3000-3001'] }, { ExposedPorts: { '3000/tcp': {}, '3001/tcp': {} } }],
  [
    { healthcheck: { test: 'true', interval: '1m30s', retries: 2 } },
    { Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 90e9, Retries: 2 } },
  ],
  [{ healthcheck: { disable: true } }, { Healthcheck: { Test: ['NONE'] } }],
  [
    { stop_grace_period: '1.5s', stop_signal: 'SIGUSR1' },
    { StopTimeout: 2, StopSignal: 'SIGUSR1' },
  ],
  [{ cpus: '0.5', mem_limit: '64m' }, { HostConfig: { NanoCpus: 5e8, Memory: 64 * 1024 ** 2 } }],
  [
    { deploy: { resources: { limits: { cpus: '0.25', memory: '1g', pids: 9 } } } },
    { HostConfig: { NanoCpus: 25e7, Memory: 1024 ** 3, PidsLimit: 9 } },
  ],
  [
    { restart: 'on-failure:3' },
    { HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 } } },
  ],
  [
    { deploy: { restart_policy: { condition: 'any' } } },
    { HostConfig: { RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } } },
  ],
  [{ volumes: ['./a:/a:ro'] }, { HostConfig: { Binds: ['/stack/a:/a:ro'] } }],
  [{ tmpfs: '/run:size=1m' }, { HostConfig: { Tmpfs: { '/run': 'size=1m' } } }],
  [
    { ulimits: { nofile: 5, nproc: { soft: 1, hard: 2 } } },
    {
      HostConfig: {
        Ulimits: [
          { Name: 'nofile', Soft: 5, Hard: 5 },
          { Name: 'nproc', Soft: 1, Hard: 2 },
        ],
      },
    },
  ],
  [
    { devices: ['/dev/a:/dev/b:r'] },
    {
      HostConfig: { Devices: [{ PathOnHost: '/dev/a', PathInContainer: '/dev/b', CgroupPermissions: 'r' }] },
    },
  ],
  [{ extra_hosts: ['a=1.2.3.4', 'a:::1'] }, { HostConfig: { ExtraHosts: ['a:1.2.3.4', 'a:::1'] } }],
  [{ gpus: 'all' }, { HostConfig: { DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }] } }],
  [
    { logging: { driver: 'local', options: { 'max-size': '1m' } } },
    { HostConfig: { LogConfig: { Type: 'local', Config: { 'max-size': '1m' } } } },
  ],
  [
    { blkio_config: { weight: 300, device_read_bps: [{ path: '/dev/sda', rate: '1m' }] } },
    { HostConfig: { BlkioWeight: 300, BlkioDeviceReadBps: [{ Path: '/dev/sda', Rate: 1024 ** 2 }] } },
  ],
  [{ labels: ['a=b'] }, { Labels: { a: 'b', made: 'here' } }],
])('%j', async (attributes, expected) => {
  expect((await web(attributes)).body).toMatchObject(expected)
})

test('a named volume has its name on the engine, and a network too', async () => {
  const { body } = await web(
    { volumes: ['data:/d'], networks: { back: { aliases: ['x'], ipv4_address: '10.0.0.9' } } },
    { volumes: { data: {} }, networks: { back: { name: 'shared' } } },
  )
  expect(body.HostConfig?.Mounts).toEqual([
    { Type: 'volume', Source: 'p_data', Target: '/d', VolumeOptions: {} },
  ])
  expect(body.HostConfig?.NetworkMode).toBe('shared')
  expect(body.NetworkingConfig?.EndpointsConfig).toEqual({
    shared: { Aliases: ['web', 'x', 'p-web-1'], IPAMConfig: { IPv4Address: '10.0.0.9' } },
  })
})

test('secrets are bound where a bind shows what was asked for, and else put in as files', async () => {
  const { body, files } = await web(
    {
      secrets: ['plain', { source: 'owned', uid: '5', mode: 0o400, target: 'named' }, 'word'],
      configs: ['text'],
    },
    {
      secrets: { plain: { file: './p' }, owned: { file: './o' }, word: { environment: 'W' } },
      configs: { text: { content: 'hello' } },
    },
  )
  expect(body.HostConfig?.Mounts).toEqual([
    { Type: 'bind', Source: '/stack/p', Target: '/run/secrets/plain', ReadOnly: true, BindOptions: {} },
  ])
  expect(files).toEqual([
    { path: '/run/secrets/named', from: { kind: 'file', file: '/stack/o' }, uid: 5, gid: 0, mode: 0o400 },
    { path: '/run/secrets/word', from: { kind: 'environment', variable: 'W' }, uid: 0, gid: 0, mode: 0o444 },
    { path: '/text', from: { kind: 'content', content: 'hello' }, uid: 0, gid: 0, mode: 0o444 },
  ])
})
