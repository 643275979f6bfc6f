import { expect, test } from 'vitest'
import { until } from '../fixtures/processes.ts'
import { expectError, onEachEngine, type Subject } from './suite.ts'

const MS = 1_000_000

interface Health {
  readonly Status: string
  readonly FailingStreak: number
  readonly Log: readonly { Start: string; End: string; ExitCode: number; Output: string }[]
}

const LOOP = ['sh', '-c', 'while :; do sleep 0.05; done']
const FAST = { Interval: 100 * MS, Timeout: 20_000 * MS }

async function health(subject: Subject, id: string): Promise<Health | undefined> {
  return ((await subject.inspect(id)).State as unknown as { Health?: Health }).Health
}

function becomes(subject: Subject, id: string, status: string): Promise<Health> {
  return until(`${id} to be ${status}`, async () => {
    const now = await health(subject, id)
    return now?.Status === status ? now : undefined
  })
}

onEachEngine('health checks', (subject) => {
  const { api } = subject

  test('healthy by one success, unhealthy by so many failures, and back, with events [08.25] [16.13]', async () => {
    const since = Date.now() / 1000 - 1
    const id = await subject.start({
      Cmd: LOOP,
      Healthcheck: {
        Test: ['CMD-SHELL', 'echo checked; echo bad >&2; test -e /tmp/well'],
        ...FAST,
        Retries: 2,
      },
    })
    const bad = await becomes(subject, id, 'unhealthy')
    expect(bad.FailingStreak).toBeGreaterThanOrEqual(2)
    expect(bad.Log.at(-1)?.ExitCode).toBe(1)
    expect(bad.Log.at(-1)?.Output).toContain('checked\n')
    expect(bad.Log.at(-1)?.Output).toContain('bad\n')
    expect(Date.parse(bad.Log.at(-1)?.End ?? '')).toBeGreaterThan(since * 1000)
    const made = await api.post(`/containers/${id}/exec`, { Cmd: ['touch', '/tmp/well'] })
    await api.post(`/exec/${made.json<{ Id: string }>().Id}/start`, { Detach: true })
    expect((await becomes(subject, id, 'healthy')).FailingStreak).toBe(0)
    await until('five results', async () => (await health(subject, id))?.Log.length === 5)
    const filters = encodeURIComponent(JSON.stringify({ container: [id] }))
    const events = (await api.get(`/events?since=${since}&until=${Date.now() / 1000}&filters=${filters}`))
      .lines<{ Action: string }>()
      .map(({ Action }) => Action)
    expect(events.filter((action) => action.startsWith('health_status'))).toEqual([
      'health_status: unhealthy',
      'health_status: healthy',
    ])
    expect(events.find((action) => action.startsWith('exec_create'))).toMatch(
      /^exec_create: .*sh -c echo checked/,
    )
    expect(events).toContain('exec_die')
  })

  test('the list tells the health and filters by it [02.10]', async () => {
    const well = await subject.start({ Cmd: LOOP, Healthcheck: { Test: ['CMD', 'true'], ...FAST } })
    const ill = await subject.start({
      Cmd: LOOP,
      Healthcheck: { Test: ['CMD', 'false'], ...FAST, Retries: 1 },
    })
    const young = await subject.start({ Cmd: LOOP, Healthcheck: { Test: ['CMD', 'true'], Interval: 3600e9 } })
    const none = await subject.start({ Cmd: LOOP })
    await becomes(subject, well, 'healthy')
    await becomes(subject, ill, 'unhealthy')
    const list = async (value: string) => {
      const filters = encodeURIComponent(JSON.stringify({ health: [value] }))
      return (await api.get(`/containers/json?filters=${filters}`)).json<{ Id: string; Status: string }[]>()
    }
    expect(await list('healthy')).toMatchObject([
      { Id: well, Status: expect.stringMatching(/^Up .* \(healthy\)$/) },
    ])
    expect(await list('unhealthy')).toMatchObject([
      { Id: ill, Status: expect.stringMatching(/^Up .* \(unhealthy\)$/) },
    ])
    expect(await list('starting')).toMatchObject([
      { Id: young, Status: expect.stringMatching(/^Up .* \(health: starting\)$/) },
    ])
    expect(await list('none')).toMatchObject([{ Id: none, Status: expect.not.stringContaining('(') }])
  })

  test('a check that hangs is killed at its timeout and is a failure [08.25]', async () => {
    const id = await subject.start({
      Cmd: LOOP,
      Healthcheck: {
        Test: ['CMD-SHELL', 'exec sleep 4711'],
        Interval: 100 * MS,
        Timeout: 300 * MS,
        Retries: 1,
      },
    })
    const state = await becomes(subject, id, 'unhealthy')
    expect(state.Log.at(-1)).toMatchObject({ ExitCode: -1 })
    expect(state.Log.at(-1)?.Output).toMatch(/^Health check exceeded timeout \(300ms\)/)
    await until('a second result', async () => ((await health(subject, id))?.Log.length ?? 0) >= 2)
    const top = (await api.get(`/containers/${id}/top`)).json<{ Processes: string[][] }>()
    const hanging = top.Processes.filter((row) => row.at(-1)?.includes('4711'))
    expect(hanging.length).toBeLessThanOrEqual(1)
  })

  test('failures in the start period do not count [08.25]', async () => {
    const id = await subject.start({
      Cmd: LOOP,
      Healthcheck: {
        Test: ['CMD', 'false'],
        ...FAST,
        Retries: 1,
        StartPeriod: 3600e9,
        StartInterval: 100 * MS,
      },
    })
    const log = await until('two results', async () => {
      const state = await health(subject, id)
      return (state?.Log.length ?? 0) >= 2 ? state : undefined
    })
    expect(log).toMatchObject({ Status: 'starting', FailingStreak: 0 })
  })

  test('an unknown program is a failed check, not a broken container [08.25]', async () => {
    const id = await subject.start({
      Cmd: LOOP,
      Healthcheck: { Test: ['CMD', '/no/such/check'], ...FAST, Retries: 1 },
    })
    const state = await becomes(subject, id, 'unhealthy')
    expect(state.Log.at(-1)?.ExitCode).not.toBe(0)
    expect(state.Log.at(-1)?.Output).toMatch(/no such file or directory|not found/)
    expect((await subject.inspect(id)).State.Running).toBe(true)
  })

  test('NONE takes the image’s check away; a part of one leaves the rest [08.26]', async () => {
    const committed = await subject.create({ Cmd: LOOP, Healthcheck: { Test: ['NONE'] } })
    expect((await subject.inspect(committed)).Config.Healthcheck).toEqual({ Test: ['NONE'] })
    await api.post(`/containers/${committed}/start`)
    expect(await health(subject, committed)).toBeUndefined()
  })

  test('one that ended is checked no longer, one that starts again begins anew [08.25]', async () => {
    const id = await subject.start({ Cmd: LOOP, Healthcheck: { Test: ['CMD', 'true'], ...FAST } })
    await becomes(subject, id, 'healthy')
    await api.post(`/containers/${id}/kill`)
    await subject.exitCode(id)
    expect((await health(subject, id))?.Status).toBe('unhealthy')
    await api.post(`/containers/${id}/start`)
    await becomes(subject, id, 'healthy')
  })

  test('times that cannot be are refused', async () => {
    const create = (Healthcheck: object) =>
      api.post('/containers/create', { Image: subject.busybox, Cmd: ['true'], Healthcheck })
    expectError(
      await create({ Test: ['CMD', 'true'], Interval: 1 }),
      400,
      'Interval in Healthcheck cannot be less than 1ms',
    )
    expectError(
      await create({ Test: ['CMD', 'true'], Retries: -1 }),
      400,
      'Retries in Healthcheck cannot be negative',
    )
  })
})
