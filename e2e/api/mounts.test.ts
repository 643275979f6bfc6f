import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { mustRun } from '../fixtures/processes.ts'
import { expectError, onEachEngine } from './suite.ts'

onEachEngine('mounts', (subject) => {
  const { api } = subject
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'mounts-'))
    mkdirSync(path.join(folder, 'a/below'), { recursive: true })
    writeFileSync(path.join(folder, 'a/file'), 'cargo\n')
    // An engine without root is another user here.
    for (const each of ['.', 'a', 'a/below']) chmodSync(path.join(folder, each), 0o777)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const said = async (script: string, HostConfig: object, more: object = {}) => {
    const { log } = await subject.finish({ Cmd: ['sh', '-c', script], HostConfig, ...more })
    return streamText(log, 1) + streamText(log, 2)
  }
  const create = (HostConfig: object) =>
    api.post('/containers/create', { Image: subject.busybox, Cmd: ['true'], HostConfig })

  test('a bind is the host’s folder or file, read-only when asked [03.04] [03.13]', async () => {
    const long = { Type: 'bind', Source: path.join(folder, 'a/file'), Target: '/file', ReadOnly: true }
    const HostConfig = { Binds: [`${folder}/a:/a`], Mounts: [long] }
    expect(await said('cat /file; echo x > /file; echo made > /a/new', HostConfig)).toMatch(
      /^cargo\n.*Read-only file system/,
    )
    expect(readFileSync(path.join(folder, 'a/new'), 'utf8')).toBe('made\n')
  })

  test('the short form makes a missing source, the long form only when asked [03.04] [03.13]', async () => {
    await said('true', { Binds: [`${folder}/made/deep:/x`] })
    expect(existsSync(path.join(folder, 'made/deep'))).toBe(true)
    const absent = path.join(folder, 'absent')
    expectError(
      await create({ Mounts: [{ Type: 'bind', Source: absent, Target: '/x' }] }),
      400,
      `invalid mount config for type "bind": bind source path does not exist: ${absent}`,
    )
  })

  test('propagation is checked against the host, and shown [03.13]', async () => {
    await mustRun('mount', ['-t', 'tmpfs', 'tmpfs', path.join(folder, 'a/below')])
    try {
      await mustRun('mount', ['--make-private', path.join(folder, 'a/below')])
      const id = await subject.create({
        Cmd: ['true'],
        HostConfig: { Binds: [`${folder}/a/below:/x:rshared`] },
      })
      expectError(
        await api.post(`/containers/${id}/start`),
        [409, 500],
        /is mounted on .* but it is not a shared mount$/,
      )
      await mustRun('mount', ['--make-shared', path.join(folder, 'a/below')])
      const fine = await subject.finish({
        Cmd: ['sh', '-c', 'grep " /x " /proc/self/mountinfo'],
        HostConfig: { Binds: [`${folder}/a/below:/x:rslave`] },
      })
      expect(streamText(fine.log, 1)).toContain('master:')
      expect((await subject.inspect(fine.id)).Mounts).toMatchObject([{ Propagation: 'rslave' }])
    } finally {
      await mustRun('umount', [path.join(folder, 'a/below')])
    }
  })

  test('a tmpfs has the size and mode that are asked for, and Docker’s prohibitions [03.13]', async () => {
    const HostConfig = {
      Tmpfs: { '/short': 'size=2m,mode=700,exec' },
      Mounts: [{ Type: 'tmpfs', Target: '/long', TmpfsOptions: { SizeBytes: 1048576, Mode: 0o711 } }],
    }
    const out = await said('stat -c %a /short /long; grep -E " /(short|long) " /proc/mounts', HostConfig)
    expect(out).toMatch(/^700\n711\n/)
    expect(out).toMatch(/\/long tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k/)
    expect(out).toMatch(/\/short tmpfs rw,nosuid,nodev,relatime,size=2048k/)
  })

  test('volumes of another container, all of them, read-only when asked [03.05]', async () => {
    await subject.create(
      { Cmd: ['true'], HostConfig: { Binds: ['shared-hold:/v', `${folder}/a:/b:ro`] } },
      'owner',
    )
    const out = await said('echo x > /v/one; echo y > /b/two; ls /v', { VolumesFrom: ['owner'] })
    expect(out).toMatch(/^one\n.*\/b\/two: Read-only/)
    expect(await said('echo x > /v/two', { VolumesFrom: ['owner:ro'] })).toMatch(/Read-only/)
  })

  test('driver options are mounted at the first use and let go after the last [03.05]', async () => {
    const made = await api.post('/volumes/create', {
      Name: 'fast',
      DriverOpts: { type: 'tmpfs', device: 'tmpfs', o: 'size=3m,mode=0711' },
    })
    expect(made.status).toBe(201)
    const { Mountpoint, Options } = made.json<{ Mountpoint: string; Options: object }>()
    expect(Options).toEqual({ type: 'tmpfs', device: 'tmpfs', o: 'size=3m,mode=0711' })
    const mounted = () => readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${Mountpoint} `)
    expect(mounted()).toBe(false)
    const first = await subject.sleeper({ HostConfig: { Binds: ['fast:/v'] } })
    expect(mounted()).toBe(true)
    expect(await said('df -k /v | tail -1; stat -c %a /v', { Binds: ['fast:/v'] })).toMatch(
      /\s3072\s[^\n]*\n711\n/,
    )
    expect(mounted()).toBe(true)
    await api.post(`/containers/${first}/stop`)
    expect(mounted()).toBe(false)
  })

  test('a bind by driver options, and one that cannot be mounted [03.05]', async () => {
    const options = (device: string) => ({
      Type: 'volume',
      Source: `by-options-${path.basename(device)}`,
      Target: '/v',
      VolumeOptions: {
        DriverConfig: { Name: 'local', Options: { type: 'none', o: 'bind', device } },
        Labels: { a: 'b' },
      },
    })
    expect(await said('cat /v/file', { Mounts: [options(path.join(folder, 'a'))] })).toBe('cargo\n')
    const volume = (await api.get('/volumes/by-options-a')).json<{ Labels: object }>()
    expect(volume.Labels).toEqual({ a: 'b' })
    const bad = await subject.create({ Cmd: ['true'], HostConfig: { Mounts: [options('/no/such-place')] } })
    expectError(await api.post(`/containers/${bad}/start`), [400, 500], /failed to mount local volume/)
  })

  test('what the driver does not know is refused [03.05]', async () => {
    const made = (DriverOpts: object) => api.post('/volumes/create', { Name: 'never', DriverOpts })
    expectError(await made({ bogus: 'x' }), 400, 'create never: invalid option: "bogus"')
    expectError(await made({ o: 'bind' }), 400, 'create never: missing required option: "device"')
    expect((await api.get('/volumes/never')).status).toBe(404)
  })

  test.each([
    [{ Binds: ['/a:/b:ro,rw'] }, 'invalid mode: ro,rw'],
    [{ Binds: ['/a:/b:bogus'] }, 'invalid mode: bogus'],
    [
      { Binds: ['vol:/b:rslave'] },
      `invalid volume specification: 'vol:/b:rslave': invalid mount config for type "volume": field BindOptions must not be specified`,
    ],
    [
      { Binds: ['/x:/b:nocopy'] },
      `invalid volume specification: '/x:/b:nocopy': invalid mount config for type "bind": field VolumeOptions must not be specified`,
    ],
    [{ Binds: ['/tmp:/b', '/var:/b'] }, 'Duplicate mount point: /b'],
    [
      { Binds: ['x:/b'] },
      'create x: volume name is too short, names should be at least two alphanumeric characters',
    ],
    [
      { Mounts: [{ Type: 'bogus', Source: '/tmp', Target: '/b' }] },
      'invalid mount config for type "bogus": mount type unknown',
    ],
    [
      { Mounts: [{ Type: 'volume', Target: '/b', ReadOnly: true }] },
      'invalid mount config for type "volume": must not set ReadOnly mode when using anonymous volumes',
    ],
    [
      { Mounts: [{ Type: 'bind', Source: '/tmp', Target: '/b', BindOptions: { Propagation: 'bogus' } }] },
      'invalid mount config for type "bind": invalid propagation mode: bogus',
    ],
    [{ VolumesFrom: [''] }, 'volumes-from specification cannot be an empty string'],
    [{ Tmpfs: { rel: '' } }, "invalid mount path: 'rel' mount path must be absolute"],
    [{ Tmpfs: { '/': '' } }, "invalid specification: destination can't be '/'"],
  ])('%o is refused [03.13]', async (HostConfig, message) => {
    expectError(await create(HostConfig), [400, 500], message)
  })

  test('a volume whose driver nobody has is 404 [03.05]', async () => {
    expectError(
      await create({ VolumeDriver: 'nosuch', Binds: ['vv:/b'] }),
      404,
      'create vv: error looking up volume plugin nosuch: plugin "nosuch" not found',
    )
  })

  test('a part of a volume, and never a way out of it (API 1.45) [03.13]', async () => {
    await said('mkdir -p /v/deep/er; echo part > /v/deep/er/file; ln -s /etc /v/out', { Binds: ['whole:/v'] })
    const mount = (Subpath: string) => ({
      Mounts: [{ Type: 'volume', Source: 'whole', Target: '/p', VolumeOptions: { Subpath } }],
    })
    expect(await said('ls /p; cat /p/file', mount('deep/er'))).toBe('file\npart\n')
    expect(await said('cat /p', mount('deep/er/file'))).toBe('part\n')
    const out = await subject.create({ Cmd: ['true'], HostConfig: mount('out') })
    expectError(await api.post(`/containers/${out}/start`), 400, /^cannot access path out of the volume/)
    expectError(await create(mount('../x')), 400, /subpath must be a relative path within the volume/)
  })

  test('a bind source is made by the long form when asked (API 1.42) [03.13]', async () => {
    const Source = path.join(folder, 'asked/for')
    const HostConfig = {
      Mounts: [{ Type: 'bind', Source, Target: '/x', BindOptions: { CreateMountpoint: true } }],
    }
    expect(await said('echo there', HostConfig)).toBe('there\n')
    expect(existsSync(Source)).toBe(true)
  })

  test('read-only holds for what is mounted below, unless asked otherwise (API 1.44) [03.13]', async () => {
    await mustRun('mount', ['-t', 'tmpfs', 'tmpfs', path.join(folder, 'a/below')])
    try {
      const mount = (BindOptions: object) => ({
        Mounts: [{ Type: 'bind', Source: path.join(folder, 'a'), Target: '/a', ReadOnly: true, BindOptions }],
      })
      expect(await said('echo x > /a/below/x || echo no', mount({}))).toMatch(
        /Read-only[\s\S]*no\n|no\n[\s\S]*Read-only/,
      )
      expect(await said('echo x > /a/below/x && echo yes', mount({ ReadOnlyNonRecursive: true }))).toBe(
        'yes\n',
      )
    } finally {
      await mustRun('umount', [path.join(folder, 'a/below')])
    }
  })

  test('an image is mounted whole and read-only, and kept as long as a container has it (API 1.48) [03.13]', async () => {
    const Source = await subject.pull('layered')
    const HostConfig = { Mounts: [{ Type: 'image', Source, Target: '/i' }] }
    const { log, id } = await subject.finish({
      Cmd: ['sh', '-c', 'cat /i/data/kept; touch /i/x'],
      HostConfig,
    })
    expect(streamText(log, 1)).toBe('kept\n')
    expect(streamText(log, 2)).toMatch(/Read-only/)
    expect((await subject.inspect(id)).Mounts).toMatchObject([
      { Type: 'image', Destination: '/i', RW: false },
    ])
    expect((await api.delete(`/images/${encodeURIComponent(Source)}`)).status).toBe(409)
  })
})
