import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { tar } from '../fixtures/tar.ts'
import { expectError, onEachEngine } from './suite.ts'

onEachEngine('volumes', (subject) => {
  const { api } = subject

  test('are created, inspected, listed and removed', async () => {
    const made = await api.post('/volumes/create', { Name: 'hold', Labels: { cargo: 'grain' } })
    expect(made.status).toBe(201)
    expect(made.json()).toMatchObject({
      Name: 'hold',
      Driver: 'local',
      Scope: 'local',
      Labels: { cargo: 'grain' },
      Mountpoint: expect.stringMatching(/\/hold\/_data$/),
      CreatedAt: expect.stringMatching(/^\d{4}-/),
    })
    expect((await api.get('/volumes/hold')).json()).toMatchObject({
      Name: 'hold',
      Labels: { cargo: 'grain' },
    })
    expect((await api.get('/volumes')).json()).toMatchObject({ Volumes: [{ Name: 'hold' }] })
    const filtered = async (filters: object) =>
      (await api.get(`/volumes?filters=${encodeURIComponent(JSON.stringify(filters))}`)).json<{
        Volumes: unknown[] | null
      }>().Volumes ?? []
    expect(await filtered({ label: ['cargo=grain'] })).toHaveLength(1)
    expect(await filtered({ label: ['cargo=coal'] })).toHaveLength(0)
    expect(await filtered({ name: ['hol'] })).toHaveLength(1)
    expect(await filtered({ dangling: ['true'] })).toHaveLength(1)
    expect((await api.delete('/volumes/hold')).status).toBe(204)
    expectError(await api.get('/volumes/hold'), 404, 'get hold: no such volume')
    expectError(await api.delete('/volumes/hold'), 404, 'get hold: no such volume')
    expect((await api.delete('/volumes/hold?force=1')).status).toBe(204)
  })

  test('creating twice gives the same one; a bad name or driver is refused', async () => {
    const first = (await api.post('/volumes/create', { Name: 'once' })).json()
    const second = await api.post('/volumes/create', { Name: 'once' })
    expect(second.status).toBe(201)
    expect(second.json()).toMatchObject(first as object)
    expectError(
      await api.post('/volumes/create', { Name: 'no spaces' }),
      400,
      /only "\[a-zA-Z0-9\]\[a-zA-Z0-9_\.-\]" are allowed/,
    )
    expect(
      (await api.post('/volumes/create', { Name: 'x', Driver: 'nosuch' })).status,
    ).toBeGreaterThanOrEqual(400)
    expect((await api.post('/volumes/create', {})).json<{ Name: string }>().Name).toMatch(/^[0-9a-f]{64}$/)
  })

  test('keep their content between containers and cannot go while one uses them [03.05] [14.01] [14.05]', async () => {
    const writer = await subject.finish({
      Cmd: ['sh', '-c', 'echo cargo > /v/file; chown 1000:1001 /v/file'],
      HostConfig: { Binds: ['kept:/v'] },
    })
    expect(writer.code).toBe(0)
    expect((await subject.inspect(writer.id)).Mounts).toMatchObject([
      { Type: 'volume', Name: 'kept', Destination: '/v', Driver: 'local', RW: true },
    ])
    const reader = await subject.finish({
      Cmd: ['sh', '-c', 'stat -c %u:%g /v/file; cat /v/file; echo no > /v/file'],
      HostConfig: { Binds: ['kept:/v:ro'] },
    })
    expect(streamText(reader.log, 1)).toBe('1000:1001\ncargo\n')
    expect(streamText(reader.log, 2)).toMatch(/Read-only file system/)
    expectError(
      await api.delete('/volumes/kept'),
      409,
      new RegExp(`^remove kept: volume is in use - \\[.*${writer.id}.*\\]$`),
    )
  })

  test('a new named volume takes what the image has there [03.05] [14.04]', async () => {
    const Image = await subject.pull('layered')
    const { log } = await subject.finish({
      Image,
      Entrypoint: ['sh', '-c'],
      Cmd: ['ls /data'],
      HostConfig: { Binds: ['filled:/data'] },
    })
    expect(streamText(log, 1)).toContain('kept\nlast\n')
  })

  test('anonymous volumes go with their container only when asked [02.08] [08.23]', async () => {
    const Image = await subject.pull('layered')
    const id = await subject.create({ Image })
    const volume = (await subject.inspect(id)).Mounts[0]?.Name ?? ''
    await api.delete(`/containers/${id}`)
    expect((await api.get(`/volumes/${volume}`)).status).toBe(200)
    const other = await subject.create({ Image })
    const second = (await subject.inspect(other)).Mounts[0]?.Name ?? ''
    await api.delete(`/containers/${other}?v=1`)
    expect((await api.get(`/volumes/${second}`)).status).toBe(404)
  })

  test('mounts take host paths, tmpfs and the long form [03.04] [03.13] [14.02] [14.03]', async () => {
    const { log, id } = await subject.finish({
      Cmd: [
        'sh',
        '-c',
        'cat /host/hostname >/dev/null && echo read; grep " /scratch " /proc/mounts | cut -d" " -f3; touch /long/x && echo wrote',
      ],
      HostConfig: {
        Binds: ['/etc:/host:ro'],
        Tmpfs: { '/scratch': 'size=1m' },
        Mounts: [{ Type: 'volume', Source: 'long', Target: '/long' }],
      },
    })
    expect(streamText(log, 1)).toBe('read\ntmpfs\nwrote\n')
    const mounts = (await subject.inspect(id)).Mounts
    expect(mounts.find((mount) => mount.Type === 'bind')).toMatchObject({
      Source: '/etc',
      Destination: '/host',
      RW: false,
    })
    expectError(
      await api.post('/containers/create', {
        Image: subject.busybox,
        Cmd: ['true'],
        HostConfig: { Mounts: [{ Type: 'bind', Source: '/proc/no/such/folder', Target: '/x' }] },
      }),
      400,
      'invalid mount config for type "bind": bind source path does not exist: /proc/no/such/folder',
    )
  })

  test('a secret is a file for those to whom it is given, and for no one else [14.06]', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'secret-'))
    writeFileSync(path.join(folder, 'key'), 'hush\n', { mode: 0o400 })
    // It is the person's who runs the engine.
    const { uid } = statSync(subject.engine.root)
    for (const each of [folder, path.join(folder, 'key')]) chownSync(each, uid, uid)
    const HostConfig = {
      Mounts: [
        { Type: 'bind', Source: path.join(folder, 'key'), Target: '/run/secrets/key', ReadOnly: true },
      ],
    }
    const read = { Cmd: ['sh', '-c', 'cat /run/secrets/key; echo changed > /run/secrets/key'], Tty: true }
    const given = await subject.finish({ ...read, HostConfig })
    expect(given.log.toString()).toMatch(/^hush\r\n.*Read-only file system/)
    const others = await subject.finish(read)
    expect(others.log.toString()).not.toContain('hush')
    expect(JSON.stringify(await subject.inspect(given.id))).not.toContain('hush')
    rmSync(folder, { recursive: true })
  })

  test('prune removes what nothing uses [02.17]', async () => {
    await api.post('/volumes/create', { Name: 'used' })
    await subject.create({ Cmd: ['true'], HostConfig: { Binds: ['used:/v'] } })
    await api.post('/volumes/create', {})
    const pruned = (await api.post('/volumes/prune')).json<{
      VolumesDeleted: string[]
      SpaceReclaimed: number
    }>()
    expect(pruned.VolumesDeleted).toHaveLength(1)
    expect((await api.get('/volumes/used')).status).toBe(200)
  })

  test('a new volume has what the image has there from the creation on, owners and modes too [04.07]', async () => {
    const prepared = await subject.create({ Cmd: ['true'] })
    await api.request('PUT', `/containers/${prepared}/archive?path=/`, {
      body: tar([
        { path: 'kept/', kind: 'folder', mode: 0o2750, uid: 7, gid: 8 },
        { path: 'kept/file', content: 'from the image', mode: 0o600, uid: 9, gid: 10 },
      ]),
    })
    const { Id } = (await api.post(`/commit?container=${prepared}`)).json<{ Id: string }>()
    const owner = await subject.create({ Image: Id, Cmd: ['true'], HostConfig: { Binds: ['seeded:/kept'] } })
    const show = { Cmd: ['sh', '-c', 'stat -c "%a %u:%g" /kept /kept/file; cat /kept/file'], Tty: true }
    const words = '2750 7:8\r\n600 9:10\r\nfrom the image'
    for (const HostConfig of [{ VolumesFrom: [owner] }, { Binds: ['seeded:/kept'] }]) {
      expect((await subject.finish({ ...show, HostConfig })).log.toString()).toBe(words)
    }
    // Filled once: what somebody has taken out stays out.
    await subject.finish({ Cmd: ['rm', '/v/file'], HostConfig: { Binds: ['seeded:/v'] } })
    await api.post(`/containers/${owner}/start`)
    await subject.exitCode(owner)
    const left = await subject.finish({ Cmd: ['ls', '/v'], HostConfig: { Binds: ['seeded:/v'] } })
    expect(left.log.length).toBe(0)
    await subject.create({
      Image: Id,
      HostConfig: {
        Mounts: [{ Type: 'volume', Source: 'bare', Target: '/kept', VolumeOptions: { NoCopy: true } }],
      },
    })
    const bare = await subject.finish({ Cmd: ['ls', '/v'], HostConfig: { Binds: ['bare:/v:nocopy'] } })
    expect(bare.log.length).toBe(0)
    for (const container of (await api.get('/containers/json?all=1')).json<{ Id: string }[]>())
      await api.delete(`/containers/${container.Id}?force=1`)
    await api.delete(`/images/${Id}?force=1`)
  })

  test('inspect tells sizes when asked, and where the root is', async () => {
    const { id } = await subject.finish({ Cmd: ['sh', '-c', 'printf 12345 > /five'] })
    const plain = (await api.get(`/containers/${id}/json`)).json<Record<string, unknown>>()
    expect(plain).not.toHaveProperty('SizeRw')
    const sized = (await api.get(`/containers/${id}/json?size=1`)).json<Record<string, unknown>>()
    const { Size } = (await api.get(`/images/${subject.busybox}/json`)).json<{ Size: number }>()
    expect(sized).toMatchObject({ SizeRw: 5, SizeRootFs: Size + 5 })
    expect(sized.GraphDriver).toEqual({
      Name: 'overlay2',
      Data: {
        LowerDir: expect.stringContaining('/'),
        MergedDir: expect.stringMatching(/\/merged$/),
        UpperDir: expect.stringMatching(/\/(upper|diff)$/),
        WorkDir: expect.stringMatching(/\/work$/),
      },
    })
  })
})
