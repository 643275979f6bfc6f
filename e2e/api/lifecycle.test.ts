import { expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { until } from '../fixtures/processes.ts'
import { expectError, onEachEngine } from './suite.ts'

onEachEngine('container lifecycle', (subject) => {
  const { api } = subject

  test('created, running, exited: inspect tells each [02.16] [04.01]', async () => {
    const id = await subject.sleeper()
    const running = (await subject.inspect(id)).State
    expect(running).toMatchObject({ Status: 'running', Running: true, ExitCode: 0 })
    expect(running.Pid).toBeGreaterThan(1)
    expect(Date.parse(running.StartedAt)).toBeGreaterThan(Date.now() - 60_000)
    expect((await api.post(`/containers/${id}/stop`)).status).toBe(204)
    const exited = (await subject.inspect(id)).State
    expect(exited).toMatchObject({ Status: 'exited', Running: false, Pid: 0, ExitCode: 0 })
    expect(Date.parse(exited.FinishedAt)).toBeGreaterThanOrEqual(Date.parse(exited.StartedAt))
  })

  test('what is so already is 304, what is not there is 404 [02.02] [04.01]', async () => {
    const id = await subject.sleeper()
    const again = await api.post(`/containers/${id}/start`)
    expect([again.status, again.text]).toEqual([304, ''])
    expect((await api.post(`/containers/${id}/stop`)).status).toBe(204)
    const stopped = await api.post(`/containers/${id}/stop`)
    expect([stopped.status, stopped.text]).toEqual([304, ''])
    expectError(
      await api.post('/containers/nobody/kill'),
      404,
      /^cannot kill container: nobody: No such container: nobody$/i,
    )
    for (const call of ['start', 'stop', 'wait', 'restart', 'pause', 'unpause', 'resize?h=1&w=1']) {
      expectError(await api.post(`/containers/nobody/${call}`), 404, 'No such container: nobody')
    }
    expectError(await api.get('/containers/nobody/json'), 404, 'No such container: nobody')
    expectError(await api.delete('/containers/nobody'), 404, 'No such container: nobody')
  })

  test('a container can be started again [02.02] [04.02]', async () => {
    const id = await subject.create({ Cmd: ['sh', '-c', 'echo run; exit 3'] })
    for (const expected of ['run\n', 'run\nrun\n']) {
      const wait = api.post(`/containers/${id}/wait?condition=next-exit`)
      expect((await api.post(`/containers/${id}/start`)).status).toBe(204)
      expect((await wait).json()).toMatchObject({ StatusCode: 3 })
      expect(streamText((await api.get(`/containers/${id}/logs?stdout=1`)).body, 1)).toBe(expected)
    }
    expect((await subject.inspect(id)).State.ExitCode).toBe(3)
  })

  test('exit codes are the process’s own, and 128+n for a signal [02.01] [04.04]', async () => {
    expect((await subject.finish({ Cmd: ['sh', '-c', 'exit 42'] })).code).toBe(42)
    expect((await subject.finish({ Cmd: ['sh', '-c', 'sh -c "kill -9 \\$\\$"; exit $?'] })).code).toBe(137)
  })

  test('a command that is not there fails the start with 127 in inspect, one that may not run with 126 [02.01]', async () => {
    const absent = await subject.create({ Cmd: ['/no/such/program'] })
    const answer = await api.post(`/containers/${absent}/start`)
    expectError(answer, 400, /no such file or directory|not found/)
    expect((await subject.inspect(absent)).State).toMatchObject({ Status: 'created', ExitCode: 127 })
    expect((await subject.inspect(absent)).State.Error).toMatch(/no such file or directory|not found/)
    const forbidden = await subject.create({ Cmd: ['/etc/passwd'] })
    expectError(await api.post(`/containers/${forbidden}/start`), 400, /permission denied/)
    expect((await subject.inspect(forbidden)).State.ExitCode).toBe(126)
  })

  test('stop sends the stop signal, then SIGKILL after the grace [02.03] [04.03]', async () => {
    const polite = await subject.start({
      Cmd: ['sh', '-c', 'trap "echo got int; exit 9" INT; echo ready; while :; do sleep 0.05; done'],
      StopSignal: 'SIGINT',
    })
    await until('ready', async () =>
      (await api.get(`/containers/${polite}/logs?stdout=1`)).text.includes('ready'),
    )
    expect((await api.post(`/containers/${polite}/stop`)).status).toBe(204)
    expect((await subject.inspect(polite)).State.ExitCode).toBe(9)
    const deaf = await subject.start({ Cmd: ['sleep', '1000'] })
    expect((await api.post(`/containers/${deaf}/stop?t=1`)).status).toBe(204)
    expect((await subject.inspect(deaf)).State.ExitCode).toBe(137)
  })

  test('a shorter stop and a rename need not wait for a stop with a long grace', async () => {
    const id = await subject.sleeper({
      Cmd: ['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'],
    })
    const long = api.post(`/containers/${id}/stop?t=3600`)
    await until('the first signal', async () => {
      const events = await api.get(
        `/events?since=0&until=${Date.now() / 1000}&filters=${encodeURIComponent(JSON.stringify({ container: [id], event: ['kill'] }))}`,
      )
      return events.text.includes('"signal":"15"')
    })
    expect((await api.post(`/containers/${id}/rename?name=renamed-${id.slice(0, 12)}`)).status).toBe(204)
    expect((await api.post(`/containers/${id}/stop?t=0`)).status).toBe(204)
    expect((await long).status).toBe(204)
    expect((await subject.inspect(id)).State).toMatchObject({ Status: 'exited', ExitCode: 137 })
  })

  test('kill takes a name, a number, and refuses what is no signal [02.15]', async () => {
    const id = await subject.start({
      Cmd: [
        'sh',
        '-c',
        'trap "echo usr1" USR1; trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done',
      ],
    })
    const said = (text: string) =>
      until(text, async () => (await api.get(`/containers/${id}/logs?stdout=1`)).text.includes(text))
    await said('ready')
    expect((await api.post(`/containers/${id}/kill?signal=SIGUSR1`)).status).toBe(204)
    await said('usr1')
    expectError(await api.post(`/containers/${id}/kill?signal=SIGNOPE`), 400, 'Invalid signal: SIGNOPE')
    expect((await api.post(`/containers/${id}/kill?signal=15`)).status).toBe(204)
    expect(await subject.exitCode(id)).toBe(5)
    expectError(
      await api.post(`/containers/${id}/kill`),
      409,
      new RegExp(`^cannot kill container: ${id}: container ${id} is not running$`, 'i'),
    )
  })

  test('wait answers its headers before the exit', async () => {
    const id = await subject.sleeper()
    const waiting = await api.stream('POST', `/containers/${id}/wait`)
    expect(waiting.status).toBe(200)
    expect(waiting.headers['content-type']).toBe('application/json')
    expect((await subject.inspect(id)).State.Running).toBe(true)
    await api.post(`/containers/${id}/kill?signal=KILL`)
    const parts: Buffer[] = []
    for await (const part of waiting.body) parts.push(part as Buffer)
    expect(JSON.parse(Buffer.concat(parts).toString())).toMatchObject({ StatusCode: 137 })
  })

  test('wait for removal, with AutoRemove, ends with the code when the container is gone [03.06]', async () => {
    const id = await subject.create({ Cmd: ['sh', '-c', 'exit 7'], HostConfig: { AutoRemove: true } })
    const waiting = api.post(`/containers/${id}/wait?condition=removed`)
    expect((await api.post(`/containers/${id}/start`)).status).toBe(204)
    expect((await waiting).json()).toMatchObject({ StatusCode: 7 })
    expectError(await api.get(`/containers/${id}/json`), 404, `No such container: ${id}`)
  })

  test('wait on one that has exited answers at once', async () => {
    const { id } = await subject.finish({ Cmd: ['sh', '-c', 'exit 4'] })
    expect((await api.post(`/containers/${id}/wait?condition=not-running`)).json()).toMatchObject({
      StatusCode: 4,
    })
  })

  test('a running container is removed only by force [02.08] [02.09]', async () => {
    const id = await subject.sleeper({}, 'afloat')
    expectError(
      await api.delete('/containers/afloat'),
      409,
      `You cannot remove a running container ${id}. Stop the container before attempting removal or force remove`,
    )
    expect((await api.delete('/containers/afloat?force=1')).status).toBe(204)
    expectError(await api.get(`/containers/${id}/json`), 404, `No such container: ${id}`)
    await subject.create({ Cmd: ['true'] }, 'afloat')
  })

  test('restart keeps the container and gives it a new process [02.14]', async () => {
    const id = await subject.sleeper()
    const before = (await subject.inspect(id)).State
    expect((await api.post(`/containers/${id}/restart`)).status).toBe(204)
    const after = (await subject.inspect(id)).State
    expect(after.Running).toBe(true)
    expect(after.Pid).not.toBe(before.Pid)
  })

  test('rename changes the name and nothing else', async () => {
    const id = await subject.create({ Cmd: ['true'] }, 'before')
    const other = await subject.create({ Cmd: ['true'] }, 'taken')
    expect((await api.post('/containers/before/rename?name=after')).status).toBe(204)
    expect(await subject.inspect('after')).toMatchObject({ Id: id, Name: '/after' })
    expectError(await api.get('/containers/before/json'), 404, 'No such container: before')
    expectError(
      await api.post('/containers/after/rename?name=taken'),
      409,
      `Error when allocating new name: Conflict. The container name "/taken" is already in use by container "${other}". You have to remove (or rename) that container to be able to reuse that name.`,
    )
  })

  test('ids may be shortened while they are unique', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    expect((await subject.inspect(id.slice(0, 12))).Id).toBe(id)
    expect((await subject.inspect(id.slice(0, 6))).Id).toBe(id)
  })

  test('pause holds the process and unpause lets it go on [02.13]', async () => {
    const id = await subject.sleeper()
    expect((await api.post(`/containers/${id}/pause`)).status).toBe(204)
    expect((await subject.inspect(id)).State).toMatchObject({ Status: 'paused', Paused: true, Running: true })
    expectError(await api.post(`/containers/${id}/pause`), 409, `Container ${id} is already paused`)
    expect((await api.post(`/containers/${id}/unpause`)).status).toBe(204)
    expect((await subject.inspect(id)).State).toMatchObject({ Status: 'running', Paused: false })
  })

  test('what a paused container refuses, and what it still does, in Docker’s words [02.13] [04.01]', async () => {
    const id = await subject.sleeper({}, 'pausy')
    await api.post('/containers/pausy/pause')
    expectError(
      await api.post('/containers/pausy/start'),
      409,
      'cannot start a paused container, try unpause instead',
    )
    const attach = await api.hijack('POST', '/containers/pausy/attach?stream=1&stdout=1', { upgrade: false })
    expect(attach.status).toBe(409)
    await attach.until('container pausy is paused, unpause the container before attach')
    attach.stream.destroy()
    expectError(
      await api.post('/containers/pausy/exec', { Cmd: ['true'] }),
      409,
      /is paused, unpause the container before exec$/,
    )
    expectError(
      await api.delete('/containers/pausy'),
      409,
      `You cannot remove a paused container ${id}. Unpause and then stop the container before attempting removal or force remove`,
    )
    expect((await api.get('/containers/pausy/top')).status).toBe(200)
    expect((await api.post('/containers/pausy/rename?name=pausy2')).status).toBe(204)
    expect((await api.post('/containers/pausy2/restart?t=0')).status).toBe(204)
    expect((await subject.inspect(id)).State).toMatchObject({ Status: 'running', Paused: false })
    await api.post(`/containers/${id}/pause`)
    expect((await api.delete(`/containers/${id}?force=1`)).status).toBe(204)
  })

  test('a container’s own grace and signal hold when nobody says others [16.14] [16.15] [02.03]', async () => {
    const script = 'trap "echo usr1; exit 5" USR1; trap "" TERM; echo ready; while :; do sleep 0.05; done'
    const ready = (id: string) =>
      until('ready', async () => (await api.get(`/containers/${id}/logs?stdout=1`)).text.includes('ready'))
    const own = await subject.start({ Cmd: ['sh', '-c', script], StopSignal: 'SIGUSR1', StopTimeout: 600 })
    await ready(own)
    expect((await api.post(`/containers/${own}/stop`)).status).toBe(204)
    expect((await subject.inspect(own)).State.ExitCode).toBe(5)
    const deaf = await subject.start({ Cmd: ['sh', '-c', script], StopTimeout: 1 })
    await ready(deaf)
    expect((await api.post(`/containers/${deaf}/stop`)).status).toBe(204)
    expect((await subject.inspect(deaf)).State.ExitCode).toBe(137)
    expect((await subject.inspect(deaf)).Config).toMatchObject({ StopTimeout: 1 })
    expectError(
      await api.post('/containers/create', { Image: subject.busybox, Cmd: ['true'], StopSignal: 'NOPE' }),
      400,
      'Invalid signal: NOPE',
    )
  })

  test('a start answers at once and the container goes on with nobody attached [03.01]', async () => {
    const id = await subject.start({ Cmd: ['sh', '-c', 'sleep 1; echo later'] })
    expect((await subject.inspect(id)).State.Running).toBe(true)
    expect(await subject.exitCode(id)).toBe(0)
    expect((await api.get(`/containers/${id}/logs?stdout=1`)).text).toContain('later')
  })

  test('top lists the processes', async () => {
    const id = await subject.sleeper()
    const top = (await api.get(`/containers/${id}/top`)).json<{ Titles: string[]; Processes: string[][] }>()
    expect(top.Titles).toEqual(['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'])
    expect(top.Processes[0]?.at(-1)).toContain('trap')
  })
})
