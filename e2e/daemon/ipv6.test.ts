import { afterAll, beforeAll, expect, test } from 'vitest'
import { verify } from '../fixtures/embedded.ts'
import { decodeFrames } from '../fixtures/frames.ts'
import { mustRun } from '../fixtures/processes.ts'
import { giveBox, type OwnDaemon, POLITE, startDaemon } from './daemon.ts'

let daemon: OwnDaemon
beforeAll(async () => {
  daemon = await startDaemon({
    experimental: true,
    ip6tables: true,
    ipv6: true,
    'fixed-cidr-v6': 'fd00:77:66::/64',
  })
  await giveBox(daemon.api)
})
afterAll(() => daemon.stop())

test('experimental is said to clients', async () => {
  expect((await daemon.api.get('/_ping')).headers['docker-experimental']).toBe('true')
  expect((await daemon.api.get('/info')).json()).toMatchObject({ ExperimentalBuild: true })
})

test('the default bridge has IPv6, and what leaves it carries the host’s address [25.14]', async () => {
  const other = await daemon.start({ Cmd: POLITE })
  const seen = (await daemon.api.get(`/containers/${other}/json`)).json<{
    NetworkSettings: { Networks: { bridge: { GlobalIPv6Address: string; IPv6Gateway: string } } }
  }>().NetworkSettings.Networks.bridge
  expect(seen.GlobalIPv6Address).toMatch(/^fd00:77:66::/)
  expect(seen.IPv6Gateway).toBe('fd00:77:66::1')
  const script = `ip -6 addr show eth0; ping -6 -c 1 -W 5 ${seen.GlobalIPv6Address} && ping -6 -c 1 -W 5 fd00:77:66::1`
  const id = await daemon.start({ Cmd: ['sh', '-c', script] })
  const { StatusCode } = (await daemon.api.post(`/containers/${id}/wait`)).json<{ StatusCode: number }>()
  const log = await daemon.api.get(`/containers/${id}/logs?stdout=1&stderr=1`)
  const said = decodeFrames(log.body)
    .map(({ text }) => text)
    .join('')
  expect(StatusCode, said).toBe(0)
  expect(said).toContain('inet6 fd00:77:66::')
  expect(await verify(daemon.engine.root)).toMatchObject({
    code: 0,
    output: expect.not.stringContaining('failed'),
  })
  const rules = await mustRun('ip6tables', ['-t', 'nat', '-S'])
  expect(rules).toMatch(/-s fd00:77:66::\/64 .*-j MASQUERADE/)
})
