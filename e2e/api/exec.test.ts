import { expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { until } from '../fixtures/processes.ts'
import { expectError, onEachEngine } from './suite.ts'

onEachEngine('exec', (subject) => {
  const { api } = subject
  const make = async (container: string, body: object) => {
    const answer = await api.post(`/containers/${container}/exec`, body)
    expect(answer.status, answer.text).toBe(201)
    return answer.json<{ Id: string }>().Id
  }
  const inspect = async (id: string) =>
    (await api.get(`/exec/${id}/json`)).json<{ Running: boolean; ExitCode: number | null; Pid: number }>()
  /** The stream ends a moment before the code is known, on every engine. */
  const exitCode = async (id: string) =>
    (
      await until('the exec to end', async () => {
        const state = await inspect(id)
        return state.Running ? undefined : { code: state.ExitCode }
      })
    ).code

  test('runs a command beside the container’s, with frames and an exit code [02.04]', async () => {
    const container = await subject.sleeper()
    const id = await make(container, {
      Cmd: ['sh', '-c', 'echo out; echo err >&2; exit 12'],
      AttachStdout: true,
      AttachStderr: true,
    })
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    expect(await inspect(id)).toMatchObject({
      ID: id,
      Running: false,
      ContainerID: container,
      ProcessConfig: { entrypoint: 'sh', arguments: ['-c', 'echo out; echo err >&2; exit 12'], tty: false },
      OpenStdin: false,
      OpenStdout: true,
      OpenStderr: true,
    })
    expect((await inspect(id)).ExitCode).toBeNull()
    const started = await api.hijack('POST', `/exec/${id}/start`, {
      upgrade: true,
      json: { Detach: false, Tty: false },
    })
    expect(started.status).toBe(101)
    const bytes = await started.all()
    expect(streamText(bytes, 1)).toBe('out\n')
    expect(streamText(bytes, 2)).toBe('err\n')
    expect(await exitCode(id)).toBe(12)
    expectError(await api.get('/exec/nobody/json'), 404, /No such exec instance: nobody/)
  })

  test('answers 200 without an upgrade, takes stdin, and half-closes it', async () => {
    const container = await subject.sleeper()
    const id = await make(container, { Cmd: ['cat'], AttachStdin: true, AttachStdout: true })
    const started = await api.hijack('POST', `/exec/${id}/start`, { upgrade: false, json: { Detach: false } })
    expect(started.status).toBe(200)
    expect(started.headers['content-type']).toBe('application/vnd.docker.raw-stream')
    started.stream.end('through\n')
    expect(streamText(await started.all(), 1)).toBe('through\n')
    expect(await exitCode(id)).toBe(0)
  })

  test('takes environment, user and working directory [02.04]', async () => {
    const container = await subject.sleeper({ Env: ['FROM=container'] })
    const id = await make(container, {
      Cmd: ['sh', '-c', 'echo $FROM $MORE; id -u; pwd'],
      Env: ['MORE=exec'],
      User: '1000:1001',
      WorkingDir: '/tmp',
      AttachStdout: true,
    })
    const started = await api.hijack('POST', `/exec/${id}/start`, { upgrade: true, json: {} })
    expect(streamText(await started.all(), 1)).toBe('container exec\n1000\n/tmp\n')
  })

  test('with a terminal is raw, has a first size, and can be resized [02.04]', async () => {
    const container = await subject.sleeper()
    const id = await make(container, { Cmd: ['sh'], AttachStdin: true, AttachStdout: true, Tty: true })
    const started = await api.hijack('POST', `/exec/${id}/start`, { upgrade: true, json: { Tty: true } })
    await started.until('# ')
    expect((await api.post(`/exec/${id}/resize?h=33&w=99`)).status).toBe(200)
    started.stream.write('stty size; tty\n')
    await started.until('33 99')
    started.stream.write('exit 8\n')
    await started.all()
    expect(await exitCode(id)).toBe(8)
  })

  test('detached it runs on its own [02.04]', async () => {
    const container = await subject.sleeper()
    const id = await make(container, { Cmd: ['sh', '-c', 'echo done > /tmp/mark; exit 5'] })
    const answer = await api.post(`/exec/${id}/start`, { Detach: true })
    expect(answer.status).toBe(200)
    expect(await exitCode(id)).toBe(5)
    const check = await make(container, { Cmd: ['cat', '/tmp/mark'], AttachStdout: true })
    const read = await api.hijack('POST', `/exec/${check}/start`, { upgrade: true, json: {} })
    expect(streamText(await read.all(), 1)).toBe('done\n')
  })

  test('is under the restraints of its container [02.04]', async () => {
    const container = await subject.sleeper({
      HostConfig: {
        SecurityOpt: ['no-new-privileges'],
        OomScoreAdj: 321,
        CapDrop: ['ALL'],
        CapAdd: ['KILL'],
      },
    })
    const id = await make(container, {
      Cmd: ['sh', '-c', 'cat /proc/self/oom_score_adj; grep -E "CapBnd|NoNew|Seccomp:" /proc/self/status'],
      AttachStdout: true,
    })
    const started = await api.hijack('POST', `/exec/${id}/start`, { upgrade: true, json: {} })
    expect(streamText(await started.all(), 1).replaceAll('\t', ' ')).toBe(
      '321\nCapBnd: 0000000000000020\nNoNewPrivs: 1\nSeccomp: 2\n',
    )
  })

  test('a program that is not there ends as 127 and one that may not run as 126', async () => {
    const container = await subject.sleeper()
    // dockerd 20.10 says 126 of both; later ones, and ours, 127 of the one that is not there.
    for (const [program, codes] of [
      ['/no/such', subject.name === 'dockerd' ? [126, 127] : [127]],
      ['/etc/passwd', [126]],
    ] as const) {
      const id = await make(container, { Cmd: [program], AttachStdout: true, AttachStderr: true })
      const started = await api.hijack('POST', `/exec/${id}/start`, { upgrade: true, json: {} })
      await started.all()
      expect(codes, program).toContain(await exitCode(id))
    }
    expect((await subject.inspect(container)).State.Running).toBe(true)
  })

  test('many at once each get their own output', async () => {
    const container = await subject.sleeper()
    const outputs = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const id = await make(container, { Cmd: ['sh', '-c', `sleep 0.1; echo ${n}`], AttachStdout: true })
        const started = await api.hijack('POST', `/exec/${id}/start`, { upgrade: true, json: {} })
        return streamText(await started.all(), 1)
      }),
    )
    expect(outputs).toEqual(Array.from({ length: 8 }, (_, n) => `${n}\n`))
  })

  test('in a container that does not run, or twice, is refused', async () => {
    const stopped = await subject.create({ Cmd: ['true'] }, 'ashore')
    expectError(
      await api.post(`/containers/${stopped}/exec`, { Cmd: ['true'] }),
      409,
      /^Container (ashore|[0-9a-f]{64}) is not running$/i,
    )
    expectError(
      await api.post('/containers/nobody/exec', { Cmd: ['true'] }),
      404,
      'No such container: nobody',
    )
    const container = await subject.sleeper()
    expectError(
      await api.post(`/containers/${container}/exec`, { Cmd: [] }),
      [400, 500],
      /No exec command specified/,
    )
    const id = await make(container, { Cmd: ['sleep', '30'], AttachStdout: true })
    const started = await api.hijack('POST', `/exec/${id}/start`, { upgrade: true, json: {} })
    await until('the exec to run with a pid', async () => (await inspect(id)).Pid > 0)
    // dockerd 20.10 says it inside a 200; later ones answer 409.
    expect((await api.post(`/exec/${id}/start`, {})).text).toMatch(/is already running/)
    started.stream.destroy()
  })

  test('ends when its container does', async () => {
    const container = await subject.sleeper()
    const id = await make(container, { Cmd: ['sleep', '1000'], AttachStdout: true })
    const started = await api.hijack('POST', `/exec/${id}/start`, { upgrade: true, json: {} })
    await until('the exec to run', async () => (await inspect(id)).Running)
    await api.post(`/containers/${container}/kill`)
    await started.all()
    expect(await subject.exitCode(container)).toBe(137)
  })
})
