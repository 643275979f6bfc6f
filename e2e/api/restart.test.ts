import { expect, test } from 'vitest'
import { until } from '../fixtures/processes.ts'
import { expectError, onEachEngine } from './suite.ts'

const policy = (Name: string, MaximumRetryCount = 0) => ({ RestartPolicy: { Name, MaximumRetryCount } })
const FAILING = ['sh', '-c', 'exit 3']

onEachEngine('restart policies', (subject) => {
  const { api } = subject

  /** Resolves once a container waits for its next start; the waits double, so that it is seen sooner or later. */
  const restarting = (id: string) =>
    until('the restarting state', async () => {
      const { State } = await subject.inspect(id)
      return State.Status === 'restarting' ? State : undefined
    })

  test('on-failure:N starts again so many times and then leaves it [03.08]', async () => {
    const id = await subject.start({ Cmd: FAILING, HostConfig: policy('on-failure', 2) })
    const done = await until('the end', async () => {
      const now = await subject.inspect(id)
      return now.State.Status === 'exited' ? now : undefined
    })
    expect(done).toMatchObject({ RestartCount: 2, State: { ExitCode: 3, Restarting: false } })
    expect((await api.post(`/containers/${id}/start`)).status).toBe(204)
    await until('a second round', async () => {
      const now = await subject.inspect(id)
      return now.State.Status === 'exited' && now.RestartCount === 2
    })
  })

  test('on-failure leaves a success alone [03.08]', async () => {
    const id = await subject.start({ Cmd: ['true'], HostConfig: policy('on-failure') })
    expect(await subject.exitCode(id)).toBe(0)
    expect(await subject.inspect(id)).toMatchObject({ RestartCount: 0, State: { Status: 'exited' } })
  })

  test('between two runs it is restarting, which counts as running [03.08] [04.01]', async () => {
    const id = await subject.start({ Cmd: FAILING, HostConfig: policy('always') })
    await until('some restarts', async () => (await subject.inspect(id)).RestartCount >= 3)
    expect(await restarting(id)).toMatchObject({
      Running: true,
      Restarting: true,
      Paused: false,
      Pid: 0,
      ExitCode: 3,
    })
    const rows = (await api.get('/containers/json')).json<{ Id: string; State: string; Status: string }[]>()
    expect(rows).toMatchObject([{ Id: id }])
    const filters = encodeURIComponent(JSON.stringify({ status: ['restarting'] }))
    const row = await until('the row', async () => {
      return (await api.get(`/containers/json?filters=${filters}`)).json<{ Status: string }[]>()[0]
    })
    expect(row.Status).toMatch(/^Restarting \(3\) .* ago$/)
  })

  test('what needs a process is refused while it is restarting, in Docker’s words [04.01]', async () => {
    const id = await subject.start({ Cmd: FAILING, HostConfig: policy('always') })
    await until('long waits', async () => (await subject.inspect(id)).RestartCount >= 5)
    await restarting(id)
    const words = `Container ${id} is restarting, wait until the container is running`
    expectError(await api.post(`/containers/${id}/exec`, { Cmd: ['true'] }), 409, words)
    expectError(await api.post(`/containers/${id}/pause`), 409, words)
    expectError(await api.get(`/containers/${id}/top`), 409, words)
    expect((await api.post(`/containers/${id}/start`)).status).toBe(304)
    expectError(await api.delete(`/containers/${id}`), 409, /^You cannot remove a restarting container/)
    expect((await api.delete(`/containers/${id}?force=1`)).status).toBe(204)
  })

  test('a stop while it is restarting ends it, with the code of its last run [03.08] [02.03]', async () => {
    const id = await subject.start({ Cmd: FAILING, HostConfig: policy('unless-stopped') })
    await until('long waits', async () => (await subject.inspect(id)).RestartCount >= 4)
    await restarting(id)
    expect((await api.post(`/containers/${id}/stop`)).status).toBe(204)
    const { State } = await until('the end', async () => {
      const now = await subject.inspect(id)
      return now.State.Status === 'exited' ? now : undefined
    })
    expect(State).toMatchObject({ Running: false, Restarting: false, ExitCode: 3 })
    expect((await api.post(`/containers/${id}/stop`)).status).toBe(304)
  })

  test('a kill while it is restarting ends it too [02.15]', async () => {
    const id = await subject.start({ Cmd: FAILING, HostConfig: policy('always') })
    await until('long waits', async () => (await subject.inspect(id)).RestartCount >= 4)
    await restarting(id)
    expect((await api.post(`/containers/${id}/kill`)).status).toBe(204)
    await until('the end', async () => (await subject.inspect(id)).State.Status === 'exited')
  })

  test('always starts again after a success and after a signal from outside, not after a stop [03.08]', async () => {
    const id = await subject.sleeper({ HostConfig: policy('always') })
    const { Pid } = (await subject.inspect(id)).State
    process.kill(Pid, 'SIGKILL')
    const again = await until('the restart', async () => {
      const now = await subject.inspect(id)
      return now.State.Pid !== 0 && now.State.Pid !== Pid ? now : undefined
    })
    expect(again).toMatchObject({ RestartCount: 1, State: { Status: 'running' } })
    expect((await api.post(`/containers/${id}/stop?t=0`)).status).toBe(204)
    expect((await subject.inspect(id)).State.Status).toBe('exited')
    expect((await api.post(`/containers/${id}/start`)).status).toBe(204)
    expect(await subject.inspect(id)).toMatchObject({ RestartCount: 0, State: { Status: 'running' } })
  })

  test('wait answers at the end of a run although another follows [03.08]', async () => {
    const id = await subject.create({ Cmd: ['sh', '-c', 'sleep 0.5; exit 3'], HostConfig: policy('always') })
    const wait = api.post(`/containers/${id}/wait?condition=next-exit`)
    expect((await api.post(`/containers/${id}/start`)).status).toBe(204)
    expect((await wait).json()).toMatchObject({ StatusCode: 3 })
    expect(await subject.exitCode(id)).toBe(3)
    const gone = api.post(`/containers/${id}/wait?condition=removed`)
    expect((await api.delete(`/containers/${id}?force=1`)).status).toBe(204)
    expect((await gone).status).toBe(200)
  })

  test('a restart by hand keeps a container that is to be removed at its end [02.14] [03.06]', async () => {
    const id = await subject.sleeper({ HostConfig: { AutoRemove: true } })
    expect((await api.post(`/containers/${id}/restart?t=1`)).status).toBe(204)
    expect((await subject.inspect(id)).State.Running).toBe(true)
    await api.post(`/containers/${id}/kill`)
    await until('the removal', async () => (await api.get(`/containers/${id}/json`)).status === 404)
  })

  test('a start that fails ends the policy’s tries and says why [03.08]', async () => {
    const id = await subject.create({ Cmd: ['/no/such'], HostConfig: policy('always') })
    expect((await api.post(`/containers/${id}/start`)).status).toBe(400)
    expect((await subject.inspect(id)).State).toMatchObject({
      Running: false,
      Restarting: false,
      ExitCode: 127,
    })
  })

  test('policies that cannot be are refused', async () => {
    const create = (HostConfig: object) =>
      api.post('/containers/create', { Image: subject.busybox, Cmd: ['true'], HostConfig })
    expectError(await create(policy('sometimes')), 400, /^invalid restart policy/)
    expectError(await create(policy('always', 3)), 400, /maximum retry count/)
    expectError(
      await create({ AutoRemove: true, ...policy('always') }),
      400,
      "can't create 'AutoRemove' container with restart policy",
    )
  })
})
