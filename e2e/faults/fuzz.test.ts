import net from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded } from '../fixtures/embedded.ts'
import { type RunningEngine, removeEverything } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { expectSound, giveImage, IMAGE, randomNumbers, repeats } from './harness.ts'

/** Values of every wrong kind. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  0.5,
  '',
  ' ',
  '\u0000',
  '../../etc/passwd',
  'x'.repeat(100_000),
  [],
  [null],
  [[]],
  {},
  { a: null },
  { '': '' },
  ['a', 1],
  '☃',
  '-1',
  '0x10',
  '%00',
  ['/a:/b:c:d'],
  { '80/tcp': [{ HostPort: 'x' }] },
]
const FIELDS = [
  'Image',
  'Cmd',
  'Entrypoint',
  'Env',
  'User',
  'WorkingDir',
  'Labels',
  'Hostname',
  'Tty',
  'OpenStdin',
  'ExposedPorts',
  'Volumes',
  'StopSignal',
  'StopTimeout',
  'Healthcheck',
  'HostConfig',
  'NetworkingConfig',
]
const HOST_FIELDS = [
  'Binds',
  'Mounts',
  'NetworkMode',
  'PortBindings',
  'Memory',
  'NanoCpus',
  'PidsLimit',
  'RestartPolicy',
  'CapAdd',
  'CapDrop',
  'Tmpfs',
  'Ulimits',
  'Sysctls',
  'Dns',
  'ExtraHosts',
  'ShmSize',
  'LogConfig',
  'Devices',
  'SecurityOpt',
]
const BYTES: readonly string[] = [
  '\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  'GET /v1.41/containers/json HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n',
  'POST /v1.41/containers/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
  'POST /v1.41/containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"a',
  'POST /v1.41/exec/x/start HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 4\r\n\r\n',
  `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  '\u0016\u0003\u0001\u0002\u0000',
]

describe('nonsense on the socket', () => {
  let engine: RunningEngine
  let registry: Registry
  let api: Client
  beforeAll(async () => {
    registry = await startRegistry()
    engine = await startEmbedded()
    api = new Client(engine.socket)
    await giveImage(engine, registry)
  })
  afterAll(async () => {
    await engine.stop()
    await registry.stop()
  })

  test('in the fields of a new container is refused or understood, never a defect', async () => {
    const random = randomNumbers('fuzz-create')
    const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T
    const defects: string[] = []
    for (let n = 0; n < 300 * repeats; n++) {
      const body: Record<string, unknown> = { Image: IMAGE, Cmd: ['true'] }
      if (random(2) === 0) body[pick(FIELDS)] = pick(STRANGE)
      else body.HostConfig = { [pick(HOST_FIELDS)]: pick(STRANGE) }
      const answer = await api.post('/containers/create', body)
      if (answer.status >= 500) {
        const text = JSON.stringify(body)
        defects.push(`${answer.status} ${answer.text.trim()} for ${text.slice(0, 200)}`)
      }
    }
    await removeEverything(engine.socket)
    expect([...new Set(defects)].join('\n')).toBe('')
    await expectSound(engine)
  })

  test('in queries and paths is refused or understood, never a defect', async () => {
    const random = randomNumbers('fuzz-query')
    const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T
    const text = () => encodeURIComponent(String(JSON.stringify(pick(STRANGE))).slice(0, 500))
    const defects: string[] = []
    for (let n = 0; n < 200 * repeats; n++) {
      const path = pick([
        `/containers/json?limit=${text()}`,
        `/containers/json?filters=${text()}`,
        `/containers/${text()}/json`,
        `/containers/${text()}/logs?stdout=1&tail=${text()}&since=${text()}`,
        `/images/json?filters=${text()}`,
        `/images/${text()}/json`,
        `/events?since=${text()}&until=1`,
        `/volumes?filters=${text()}`,
        `/networks/${text()}`,
        `/exec/${text()}/json`,
      ])
      const answer = await api.get(path)
      if (answer.status >= 500)
        defects.push(`${answer.status} ${answer.text.trim()} for GET ${path.slice(0, 200)}`)
    }
    expect([...new Set(defects)].join('\n')).toBe('')
  })

  test('in bytes that are no HTTP ends that connection only', async () => {
    for (const bytes of BYTES) {
      await new Promise<void>((resolve) => {
        const stream = net.connect(engine.socket, () => stream.write(bytes))
        stream.on('error', () => resolve())
        stream.on('close', () => resolve())
        stream.on('data', () => stream.destroy())
        setTimeout(() => stream.destroy(), 300)
      })
      expect((await api.get('/_ping')).text).toBe('OK')
    }
    await expectSound(engine)
  })
})
