import { expect, test } from 'vitest'
import type { Answer } from '../fixtures/http.ts'
import { readTar } from '../fixtures/read-tar.ts'
import { type TarEntry, tar } from '../fixtures/tar.ts'
import { expectError, onEachEngine } from './suite.ts'

interface PathStat {
  readonly name: string
  readonly size: number
  readonly mode: number
  readonly mtime: string
  readonly linkTarget: string
}

function statOf(answer: Answer): PathStat {
  const header = String(answer.headers['x-docker-container-path-stat'])
  return JSON.parse(Buffer.from(header, 'base64').toString()) as PathStat
}

onEachEngine('files of containers', (subject) => {
  const { api } = subject
  const at = (id: string, path: string, more = '') =>
    `/containers/${id}/archive?path=${encodeURIComponent(path)}${more}`
  const put = (id: string, path: string, entries: readonly TarEntry[] | Buffer, more = '') =>
    api.request('PUT', at(id, path, more), {
      body: Buffer.isBuffer(entries) ? entries : tar(entries as TarEntry[]),
      headers: { 'Content-Type': 'application/x-tar' },
    })
  const names = async (id: string, path: string) =>
    readTar((await api.get(at(id, path))).body).map((entry) => entry.path)
  const content = async (id: string, path: string) =>
    readTar((await api.get(at(id, path))).body)[0]?.content.toString()

  test('a path is told of by HEAD, and comes as a tar under its own name [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    const head = await api.request('HEAD', at(id, '/etc/passwd'))
    expect(head.status).toBe(200)
    expect(statOf(head)).toEqual({
      name: 'passwd',
      size: expect.any(Number),
      mode: 0o644,
      mtime: '2023-11-14T22:13:20Z',
      linkTarget: '',
    })
    const got = await api.get(at(id, '/etc/passwd'))
    expect(got.headers['content-type']).toBe('application/x-tar')
    expect(statOf(got)).toEqual(statOf(head))
    expect(readTar(got.body)).toMatchObject([{ path: 'passwd', type: 'file', mode: 0o644, uid: 0 }])
    expect(statOf(await api.request('HEAD', at(id, '/tmp')))).toMatchObject({
      name: 'tmp',
      mode: 2 ** 31 + 2 ** 20 + 0o777,
    })
  })

  test('folders, their contents alone, links and the root are named as they are asked for [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    await put(id, '/', [
      { path: 'data/', kind: 'folder', mode: 0o700 },
      { path: 'data/file', content: 'x' },
      { path: 'link', kind: 'symlink', target: '/data' },
      { path: 'away', kind: 'symlink', target: '../../../etc/nothing' },
    ])
    expect(await names(id, '/data')).toEqual(['data/', 'data/file'])
    expect(await names(id, 'data/')).toEqual(['data/', 'data/file'])
    expect(await names(id, '/data/.')).toEqual(['./', './file'])
    expect(await names(id, '/link')).toEqual(['link'])
    expect(await names(id, '/link/')).toEqual(['link/', 'link/file'])
    expect(await names(id, '/link/.')).toEqual(['./', './file'])
    expect(await names(id, '/bin/../data')).toEqual(['data/', 'data/file'])
    expect((await names(id, '/')).slice(0, 3)).toEqual(['/', '/.dockerenv', '/away'])
    expect(statOf(await api.request('HEAD', at(id, '/link')))).toMatchObject({
      name: 'link',
      mode: 2 ** 27 + 0o777,
      linkTarget: '/data',
    })
    expect(statOf(await api.request('HEAD', at(id, '/away')))).toMatchObject({ linkTarget: '/etc/nothing' })
    expect(statOf(await api.request('HEAD', at(id, '/')))).toMatchObject({ name: '/', linkTarget: '' })
    expect(statOf(await api.request('HEAD', at(id, '/data/.')))).toMatchObject({ name: '.' })
  })

  test('what is not there is said so in Docker’s words [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] }, 'archive-missing')
    const words = 'Could not find the file /no/such in container archive-missing'
    expectError(await api.get(at('archive-missing', '/no/such')), 404, words)
    expect((await api.request('HEAD', at(id, '/no/such'))).status).toBe(404)
    expectError(await put('archive-missing', '/no/such', [{ path: 'a' }]), 404, words)
    expectError(await api.get(at('nobody', '/')), 404, 'No such container: nobody')
    expectError(await api.get(`/containers/${id}/archive`), 400, 'bad parameter: pathcannot be empty')
    expectError(await api.get(at(id, '/etc/passwd/')), [400, 500], /not a directory/i)
    expectError(
      await put(id, '/etc/passwd', [{ path: 'a' }]),
      [400, 500],
      'extraction point is not a directory',
    )
  })

  test('files go into containers that were made, run, and have ended [02.07]', async () => {
    const made = await subject.create({ Cmd: ['cat', '/tmp/in'] })
    expect((await put(made, '/tmp', [{ path: 'in', content: 'before\n' }])).status).toBe(200)
    await api.post(`/containers/${made}/start`)
    expect(await subject.exitCode(made)).toBe(0)
    expect(await content(made, '/tmp/in')).toBe('before\n')
    expect((await put(made, '/tmp', [{ path: 'in', content: 'after\n' }])).status).toBe(200)
    expect(await content(made, '/tmp/in')).toBe('after\n')
    const id = await subject.sleeper()
    expect(
      (await put(id, '/tmp', [{ path: 'seen', content: 'inside\n', uid: 7, gid: 8, mode: 0o4751 }])).status,
    ).toBe(200)
    expect(await run(id, ['stat', '-c', '%a %u:%g %Y', '/tmp/seen'])).toBe('4751 7:8 1700000000\n')
    await run(id, ['sh', '-c', 'echo out > /tmp/mine'])
    expect(await content(id, '/tmp/mine')).toBe('out\n')
  })

  async function run(id: string, Cmd: readonly string[]): Promise<string> {
    const exec = await api.post(`/containers/${id}/exec`, {
      Cmd,
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
    })
    const { Id } = exec.json<{ Id: string }>()
    const hijacked = await api.hijack('POST', `/exec/${Id}/start`, { upgrade: false, json: { Tty: true } })
    return (await hijacked.all()).toString().replaceAll('\r', '')
  }

  test('volumes and binds are read and written where the container sees them [02.07]', async () => {
    const id = await subject.create({
      Cmd: ['true'],
      HostConfig: { Binds: ['archive-vol:/deep/in/volume', 'archive-ro:/ro:ro'] },
    })
    expect((await put(id, '/deep/in/volume', [{ path: 'kept', content: 'in the volume' }])).status).toBe(200)
    const other = await subject.create({ Cmd: ['true'], HostConfig: { Binds: ['archive-vol:/v'] } })
    expect(await content(other, '/v/kept')).toBe('in the volume')
    expectError(await put(id, '/ro', [{ path: 'x' }]), [403, 500], 'mounted volume is marked read-only')
  })

  test('a read-only root takes nothing, its volumes do [02.07]', async () => {
    const id = await subject.create({
      Cmd: ['true'],
      HostConfig: { ReadonlyRootfs: true, Binds: ['archive-rw:/rw'] },
    })
    expectError(await put(id, '/tmp', [{ path: 'x' }]), [403, 500], 'container rootfs is marked read-only')
    expect((await put(id, '/rw', [{ path: 'x', content: 'y' }])).status).toBe(200)
    expect(await content(id, '/rw/x')).toBe('y')
  })
})
