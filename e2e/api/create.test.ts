import { expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { expectError, onEachEngine } from './suite.ts'

onEachEngine('container create', (subject) => {
  const { api } = subject

  test('answers the id and no warnings, and inspect shows what was asked for [01.03] [02.06] [02.16] [04.06]', async () => {
    const answer = await api.post('/containers/create?name=moored', {
      Image: subject.busybox,
      Cmd: ['sleep', '60'],
      Env: ['A=1', 'PATH=/bin'],
      Labels: { 'org.example.a': 'b' },
      Hostname: 'harbour',
      WorkingDir: '/tmp',
      User: 'app',
      HostConfig: { NetworkMode: 'none', AutoRemove: false, Memory: 64 * 1024 * 1024 },
    })
    expect(answer.status).toBe(201)
    const { Id } = answer.json<{ Id: string }>()
    expect(Id).toMatch(/^[0-9a-f]{64}$/)
    expect(answer.json()).toMatchObject({ Warnings: expect.any(Array) })
    const inspected = await subject.inspect('moored')
    expect(inspected).toMatchObject({
      Id,
      Name: '/moored',
      Path: 'sleep',
      Args: ['60'],
      RestartCount: 0,
      State: {
        Status: 'created',
        Running: false,
        Paused: false,
        Restarting: false,
        OOMKilled: false,
        Dead: false,
        Pid: 0,
        ExitCode: 0,
        Error: '',
        StartedAt: '0001-01-01T00:00:00Z',
        FinishedAt: '0001-01-01T00:00:00Z',
      },
      Config: {
        Hostname: 'harbour',
        User: 'app',
        Env: ['A=1', 'PATH=/bin'],
        Cmd: ['sleep', '60'],
        Image: subject.busybox,
        WorkingDir: '/tmp',
        Labels: { 'org.example.a': 'b' },
        Tty: false,
        OpenStdin: false,
      },
      HostConfig: { NetworkMode: 'none', AutoRemove: false, Memory: 67108864 },
    })
    expect(inspected.Image).toMatch(/^sha256:/)
    expect(inspected.Created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/)
  })

  test('a name is made when none is given, and the hostname is the short id', async () => {
    const inspected = await subject.inspect(await subject.create({ Cmd: ['true'] }))
    expect(inspected.Name).toMatch(/^\/[a-z]+_[a-z]+\d?$/)
    expect(inspected.Config.Hostname).toBe(inspected.Id.slice(0, 12))
  })

  test('the image gives what the request leaves out [03.07] [04.05]', async () => {
    const Image = await subject.pull('layered')
    const inspected = await subject.inspect(await subject.create({ Image, Env: ['MORE=1'] }))
    expect(inspected).toMatchObject({
      Path: '/bin/echo',
      Args: ['entry', 'default'],
      Config: {
        Entrypoint: ['/bin/echo', 'entry'],
        Cmd: ['default'],
        WorkingDir: '/data',
        ExposedPorts: { '80/tcp': {}, '53/udp': {} },
        Volumes: { '/data/volume': {} },
        Labels: { 'org.example.kind': 'layered' },
      },
    })
    expect(inspected.Config.Env).toEqual(expect.arrayContaining(['MORE=1', 'COLOUR=teal']))
    expect(inspected.Mounts).toMatchObject([
      {
        Type: 'volume',
        Name: expect.stringMatching(/^[0-9a-f]{64}$/),
        Destination: '/data/volume',
        RW: true,
      },
    ])
  })

  test('an entrypoint in the request drops the image’s command [03.09] [03.12]', async () => {
    const Image = await subject.pull('layered')
    const inspected = await subject.inspect(await subject.create({ Image, Entrypoint: ['/bin/true'] }))
    expect(inspected).toMatchObject({ Path: '/bin/true', Args: [] })
  })

  test('a container runs as the image’s user in a working directory made on demand [08.24]', async () => {
    const Image = await subject.pull('user')
    const { log } = await subject.finish({ Image, Cmd: ['sh', '-c', 'id; pwd; echo $HOME'] })
    expect(streamText(log, 1)).toBe(
      'uid=1000(app) gid=1001(app) groups=1001(app),1002(extra)\n/made/on/demand\n/home/app\n',
    )
  })

  test('a name in use is a conflict that names the holder [03.02]', async () => {
    const first = await subject.create({ Cmd: ['true'] }, 'twice')
    expectError(
      await api.post('/containers/create?name=twice', { Image: subject.busybox, Cmd: ['true'] }),
      409,
      `Conflict. The container name "/twice" is already in use by container "${first}". You have to remove (or rename) that container to be able to reuse that name.`,
    )
    await api.delete(`/containers/${first}`)
    await subject.create({ Cmd: ['true'] }, 'twice')
  })

  test('requests that can never work are refused in Docker’s words', async () => {
    const create = (query: string, body: object) => api.post(`/containers/create${query}`, body)
    expectError(await create('', { Image: 'nobody:latest' }), 404, 'No such image: nobody:latest')
    expectError(
      await create('?name=not%20ok', { Image: subject.busybox, Cmd: ['true'] }),
      400,
      'Invalid container name (not ok), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed',
    )
    expectError(
      await create('', { Image: subject.busybox, Cmd: ['true'], WorkingDir: 'relative' }),
      400,
      "the working directory 'relative' is invalid, it needs to be an absolute path",
    )
    expectError(
      await create('', { Image: subject.busybox, Cmd: ['true'], HostConfig: { Binds: ['/a:relative'] } }),
      [400, 500],
      /invalid (volume specification|mount)/,
    )
    expectError(
      await create('', { Image: subject.busybox, Cmd: ['true'], HostConfig: { Memory: 1024 } }),
      400,
      'Minimum memory limit allowed is 6MB',
    )
    expect((await api.post('/containers/create', undefined, { body: 'not json' })).status).toBe(400)
    expect((await api.get('/containers/json?all=1')).json()).toEqual([])
  })

  test('an image without a command needs one', async () => {
    const made = await api.request('POST', '/images/create?fromSrc=-&repo=bare&tag=1', {
      body: Buffer.alloc(1024),
      headers: { 'Content-Type': 'application/x-tar' },
    })
    expect(made.status).toBe(200)
    expectError(await api.post('/containers/create', { Image: 'bare:1' }), 400, /no command specified/i)
    await api.delete('/images/bare:1')
  })

  test('one that is refused leaves no volume behind [02.01]', async () => {
    await subject.create({ Cmd: ['true'] }, 'taken')
    const volumes = async () =>
      (await subject.api.get('/volumes')).json<{ Volumes: object[] | null }>().Volumes ?? []
    const before = (await volumes()).length
    const body = { Image: subject.busybox, Volumes: { '/x': {} } }
    expect((await subject.api.post('/containers/create?name=taken', body)).status).toBe(409)
    expect(await volumes()).toHaveLength(before)
  })
})
