import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ExecError } from '../../host/exec.ts'
import { explained, gitEnvironment, resolveCommit } from './git-remote.ts'

let top: string
let server: Server
let address: string
const authorizations: (string | undefined)[] = []
const commits: Record<string, string> = {}

const git = (...args: string[]) =>
  execFileSync('git', ['-C', join(top, 'work'), '-c', 'user.name=x', '-c', 'user.email=x@y', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()

/** git's own program behind a server of HTTP (CGI). */
function serveGit(): Server {
  return createServer((request, response) => {
    authorizations.push(request.headers.authorization)
    if (request.url?.startsWith('/private') && request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
      return
    }
    const url = new URL(request.url ?? '/', 'http://x')
    const child: ChildProcess = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: top,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname.replace('/private', ''),
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
        GIT_PROTOCOL: request.headers['git-protocol'] as string,
        CONTENT_TYPE: request.headers['content-type'],
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    request.pipe(child.stdin as NodeJS.WritableStream)
    const chunks: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('close', () => {
      const answer = Buffer.concat(chunks)
      const end = answer.indexOf('\r\n\r\n')
      const lines = answer.subarray(0, end).toString().split('\r\n')
      const headers = Object.fromEntries(lines.map((line) => line.split(': ') as [string, string]))
      response.writeHead(Number(headers.Status?.slice(0, 3) ?? 200), headers).end(answer.subarray(end + 4))
    })
  })
}

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'git-remote-'))
  execFileSync('git', ['init', '-q', '-b', 'trunk', join(top, 'work')])
  const commit = (name: string) => {
    git('commit', '-q', '--allow-empty', '-m', name)
    commits[name] = git('rev-parse', 'HEAD')
  }
  commit('first')
  git('tag', 'light')
  git('tag', '-a', '-m', 'x', 'annotated')
  git('branch', 'both')
  commit('second')
  git('tag', 'both')
  git('update-ref', 'refs/pull/7/head', 'HEAD~1')
  execFileSync('git', ['clone', '-q', '--mirror', join(top, 'work'), join(top, 'repo.git')], {
    stdio: 'ignore',
  })
  server = serveGit().listen(0, '127.0.0.1')
  await once(server, 'listening')
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  await rm(top, { recursive: true })
})

const none = { secret: async () => null, ssh: async () => null }

describe('the commit of a ref', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['', 'second', '10.06'],
    ['trunk', 'second', '10.07'],
    ['refs/heads/trunk', 'second', '10.07'],
    ['light', 'first', '10.07'],
    ['annotated', 'first', '10.07'],
    ['both', 'first', '10.07'],
    ['pull/7/head', 'first', '10.08'],
  ]
  for (const [ref, name, row] of cases)
    it(`${ref || 'that is none'} is asked of the server [${row}]`, async () => {
      expect(await resolveCommit(`${address}/repo.git`, ref, none)).toBe(commits[name])
    })

  it('that is one already is not asked for [10.07]', async () => {
    expect(await resolveCommit('http://127.0.0.1:1/x.git', 'a'.repeat(40), none)).toBe('a'.repeat(40))
  })

  it('says when there is none [10.07]', async () => {
    await expect(resolveCommit(`${address}/repo.git`, 'nothing', none)).rejects.toThrow('has no ref nothing')
    await expect(resolveCommit('http://127.0.0.1:1/x.git', 'a', none)).rejects.toMatchObject({
      kind: 'unavailable',
    })
  })

  it('of a private repository needs a token, which no argument shows [10.11]', async () => {
    const remote = `${address}/private/repo.git`
    await expect(resolveCommit(remote, 'trunk', none)).rejects.toMatchObject({
      kind: 'unauthorized',
      message: expect.stringContaining('GIT_AUTH_TOKEN'),
    })
    const secret = async (id: string) => (id === 'GIT_AUTH_TOKEN' ? Buffer.from('t0ken\n') : null)
    expect(await resolveCommit(remote, 'trunk', { ...none, secret })).toBe(commits.second)
    expect(authorizations.at(-1)).toBe(`basic ${Buffer.from('x-access-token:t0ken').toString('base64')}`)
    const header = async (id: string) =>
      id === 'GIT_AUTH_HEADER.127.0.0.1' ? Buffer.from('Bearer abc') : null
    await resolveCommit(remote, 'trunk', { ...none, secret: header })
    expect(authorizations.at(-1)).toBe('Bearer abc')
  })

  it('goes by ssh with the agent that was given [10.10]', async () => {
    const env = await gitEnvironment('git@example.com:x/y.git', { ...none, ssh: async () => '/run/agent' })
    expect(env.SSH_AUTH_SOCK).toBe('/run/agent')
    expect(Object.keys(env)).not.toContain('GIT_CONFIG_COUNT')
  })
})

describe('what is said of a repository that cannot be read', () => {
  const failed = (stderr: string) =>
    explained(
      new ExecError('unavailable', 'git failed', { program: 'git', args: [], code: 128, stderr }),
      'git@nowhere.test:a/b',
    )

  it("is ssh's reason and not git's advice [10.07]", () => {
    const stderr = [
      'ssh: Could not resolve hostname nowhere.test: Name or service not known',
      'fatal: Could not read from remote repository.',
      '',
      'Please make sure you have the correct access rights',
      'and the repository exists.',
    ].join('\n')
    expect(String(failed(stderr))).toContain('git@nowhere.test:a/b: ssh: Could not resolve hostname')
    expect(String(failed(stderr))).not.toContain('exists')
  })

  it("is git's last word where it gives no advice [10.07]", () => {
    expect(String(failed('warning: x\nfatal: bad thing\n'))).toContain('a/b: fatal: bad thing')
  })
})
