import { hostname } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../fixtures/processes.ts'
import { type OwnDaemon, startDaemon } from './daemon.ts'

let daemon: OwnDaemon
beforeAll(async () => {
  daemon = await startDaemon({ labels: ['stage=one'], mtu: 1400 }, ['--log-level', 'info'])
})
afterAll(() => daemon.stop())

const info = async () => (await daemon.api.get('/info')).json<Record<string, unknown>>()

/** Sends SIGHUP and waits for the line that tells of it. */
async function hangUp(): Promise<string> {
  const before = daemon.engine.log().length
  process.kill(daemon.engine.pid(), 'SIGHUP')
  return until('a line about the SIGHUP', () => /SIGHUP: .*/s.exec(daemon.engine.log().slice(before))?.[0])
}

test('SIGHUP applies what can change, says what waits, and tells with an event [25.15]', async () => {
  const since = Math.floor(Date.now() / 1000)
  daemon.configure({
    labels: ['stage=two'],
    debug: true,
    'live-restore': false,
    'insecure-registries': ['later.example:5000'],
    'registry-mirrors': ['https://mirror.example'],
    'max-concurrent-downloads': 1,
    'shutdown-timeout': 3,
    features: { one: true },
    mtu: 1300,
  })
  const line = await hangUp()
  expect(line).toContain(
    'from now on: debug, live-restore, shutdown-timeout, labels, features, insecure-registries, registry-mirrors, max-concurrent-downloads',
  )
  expect(line).toContain('from the next start on: mtu')
  expect(await info()).toMatchObject({
    Labels: ['stage=two'],
    Debug: true,
    LiveRestoreEnabled: false,
    RegistryConfig: {
      Mirrors: ['https://mirror.example/'],
      IndexConfigs: { 'later.example:5000': { Secure: false } },
    },
  })
  // Debugging tells of each call.
  expect(daemon.engine.log()).toMatch(/debug GET \/v1\.41\/info: 200, \d/)
  const events = await daemon.api.get(
    `/events?since=${since}&until=${Math.ceil(Date.now() / 1000) + 1}&filters=${encodeURIComponent('{"type":["daemon"]}')}`,
  )
  expect(events.lines()).toEqual([
    expect.objectContaining({
      Type: 'daemon',
      Action: 'reload',
      Actor: {
        ID: (await info()).ID,
        Attributes: expect.objectContaining({
          name: hostname(),
          debug: 'true',
          labels: '["stage=two"]',
          'max-concurrent-downloads': '1',
        }),
      },
    }),
  ])
})

test.each([
  ['{"debug": ', 'it is no valid JSON'],
  ['{"nonsense": 1}', "don't match any configuration option: nonsense (line 1)"],
  ['{"registry-mirrors": ["https://a.example/path"]}', 'invalid mirror'],
])('a file such as %s changes nothing and is told of [25.15]', async (text, why) => {
  const before = await info()
  daemon.configure(text)
  const line = await hangUp()
  expect(line).toContain('the configuration stays as it was')
  expect(line).toContain(why)
  expect(await info()).toMatchObject({ Labels: before.Labels, RegistryConfig: before.RegistryConfig })
})

test('a key that the command line has said is refused in the file then too', async () => {
  daemon.configure({ 'log-level': 'error' })
  expect(await hangUp()).toContain('specified both as a flag and in the configuration file: log-level')
})
