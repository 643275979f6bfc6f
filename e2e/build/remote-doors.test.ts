/** Contexts at an address, asked for by docker's own CLI and by the classic API; on dockerd too. */
import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Client } from '../fixtures/http.ts'
import { mustRun } from '../fixtures/processes.ts'
import { tar } from '../fixtures/tar.ts'
import { onEachBuilder } from './harness/cases.ts'

const served = mkdtempSync(path.join(os.tmpdir(), 'remote-'))
let server: Server
let at = ''

beforeAll(async () => {
  const work = path.join(served, 'work')
  mkdirSync(path.join(work, 'sub'), { recursive: true })
  const put = (name: string, text: string) => writeFileSync(path.join(work, name), text)
  const env = {
    ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' },
    ...{ HOME: served, GIT_CONFIG_NOSYSTEM: '1' },
  }
  const git = (...args: string[]) => mustRun('git', args, { cwd: work, env })
  await git('init', '-q', '-b', 'main')
  put('Dockerfile', 'FROM busybox\nCOPY which /which\n')
  put('which', 'main\n')
  put('sub/Dockerfile', 'FROM busybox\nCOPY inner /inner\n')
  put('sub/inner', 'of main\n')
  await git('add', '-A')
  await git('commit', '-qm', 'one')
  await git('checkout', '-qb', 'other')
  put('which', 'other\n')
  put('sub/inner', 'of other\n')
  await git('commit', '-qam', 'two')
  await git('update-ref', 'refs/pull/7/head', 'other')
  await git('checkout', '-q', 'main')
  await mustRun('git', ['clone', '-q', '--mirror', work, path.join(served, 'repo.git')], { env })
  await mustRun('git', ['-C', path.join(served, 'repo.git'), 'update-server-info'], { env })
  const archive = tar([
    { path: 'Dockerfile', content: 'FROM busybox\nCOPY a /a\n' },
    { path: 'a', content: 'of an archive\n' },
  ])
  writeFileSync(path.join(served, 'context.tar.gz'), gzipSync(archive))
  writeFileSync(path.join(served, 'Plain'), 'FROM busybox\nENV OF=address\n')
  server = createServer((request, response) => {
    const file = path.join(served, path.posix.normalize(`/${request.url?.split('?')[0] ?? ''}`))
    const found = statSync(file, { throwIfNoEntry: false })
    if (!found?.isFile()) return response.writeHead(404).end()
    const type = file.endsWith('Plain') ? 'text/plain' : 'application/octet-stream'
    return createReadStream(file).pipe(response.writeHead(200, { 'Content-Type': type }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(served, { recursive: true, force: true })
})

onEachBuilder('contexts at an address, by the docker CLI and its API', (given) => {
  const buildkit = given.through('buildkit')

  test('a repository, its branches, other refs and folders [10.06] [10.07] [10.08] [10.09]', async () => {
    const from = async (fragment: string) => buildkit.build({ path: `${at}/repo.git${fragment}` })
    // dockerd 20.10 asks for master, whatever the repository's own branch is.
    expect((await from(given.name === 'dockerd' ? '#main' : '')).text('/which')).toBe('main\n')
    expect((await from('#other')).text('/which')).toBe('other\n')
    expect((await from('#refs/pull/7/head')).text('/which')).toBe('other\n')
    if (given.name !== 'dockerd') {
      expect((await from('#:sub')).text('/inner')).toBe('of main\n')
      expect((await from('#other:sub')).text('/inner')).toBe('of other\n')
    } else expect(await buildkit.fail({ path: `${at}/repo.git#main:sub` })).toContain('not supported yet')
    expect(await buildkit.fail({ path: `${at}/repo.git#none` })).toMatch(/none/)
  })

  test('an archive, and a Dockerfile alone [10.13] [10.14] [10.15]', async () => {
    expect((await buildkit.build({ path: `${at}/context.tar.gz` })).text('/a')).toBe('of an archive\n')
    const alone = await buildkit.build({ path: `${at}/Plain` })
    expect(alone.config.config.Env).toContain('OF=address')
  })

  test('a Dockerfile of standard input over a repository [10.12]', async () => {
    const spec = { path: `${at}/repo.git#main`, flags: ['-f-'], stdin: 'FROM busybox\nCOPY which /mine\n' }
    // The classic client clones it by itself; BuildKit's in 20.10 sends no Dockerfile beside an address.
    expect((await given.through('classic').build(spec)).text('/mine')).toBe('main\n')
  })

  test('by the classic API too [10.06] [10.07] [10.09] [10.13] [10.14]', async () => {
    const api = new Client(given.engine.socket)
    const build = (remote: string) =>
      api.post(`/build?t=remote&remote=${encodeURIComponent(`${at}/${remote}`)}`)
    const text = async (remote: string, file: string) => {
      const answer = await build(remote)
      expect(answer.text).toContain('Successfully tagged remote:latest')
      return (await given.image('remote')).text(file)
    }
    expect(await text('repo.git#other:sub', '/inner')).toBe('of other\n')
    expect(await text('context.tar.gz', '/a')).toBe('of an archive\n')
    expect((await build('Plain')).text).toContain('Successfully built')
    const missing = await build('nothing')
    expect(missing.status >= 400 || missing.text.includes('"error"')).toBe(true)
  })
})
