/** A web server with files and git repositories, for contexts that are somewhere else. */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { freshFolder } from '../../fixtures/paths.ts'
import { mustRun } from '../../fixtures/processes.ts'

/** Whoever knows it may read `private.git`. */
export const TOKEN = 'lighthouse'

/** A running server. */
export interface Web {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  /** Serves a file below the origin. */
  put(name: string, content: string | Uint8Array): void
  /** Paths that were asked for. */
  readonly asked: readonly string[]
  stop(): Promise<void>
}

/**
 * Starts it. `repo.git` and `private.git` are the same repository: on master a Dockerfile that copies `where` and a folder
 * `sub` with its own; a branch `other`, a tag `v1`, and `refs/pull/7/head`, whose `where` says where it is.
 */
export async function startWeb(): Promise<Web> {
  const folder = freshFolder('web')
  await makeRepository(path.join(folder, 'repo.git'))
  const files = new Map<string, Buffer>()
  const asked: string[] = []
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://server')
    asked.push(url.pathname)
    if (/^\/(repo|private)\.git\//.test(url.pathname)) return git(folder, url, request, response)
    const content = files.get(url.pathname)
    response.writeHead(content ? 200 : 404, { 'Last-Modified': 'Tue, 14 Nov 2023 22:13:20 GMT' })
    response.end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    origin: `http://127.0.0.1:${port}`,
    put: (name, content) => void files.set(`/${name}`, Buffer.from(content)),
    asked,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function makeRepository(place: string): Promise<void> {
  const work = `${place}.work`
  const env = {
    ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' },
    ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  }
  const run = (...args: string[]) => mustRun('git', args, { cwd: work, env })
  const commit = async (where: string) => {
    writeFileSync(path.join(work, 'where'), `${where}\n`)
    await run('add', '-A')
    await run('commit', '-q', '-m', where)
  }
  mkdirSync(path.join(work, 'sub'), { recursive: true })
  writeFileSync(path.join(work, 'Dockerfile'), 'FROM scratch\nCOPY where /\n')
  writeFileSync(path.join(work, 'sub/Dockerfile'), 'FROM scratch\nCOPY in /\n')
  writeFileSync(path.join(work, 'sub/in'), 'sub\n')
  await run('init', '-q', '-b', 'master')
  await commit('first')
  await run('tag', '-a', '-m', 'v1', 'v1')
  await run('checkout', '-q', '-b', 'other')
  await commit('other')
  await run('checkout', '-q', '-b', 'seven')
  await commit('pull 7')
  await run('update-ref', 'refs/pull/7/head', 'HEAD')
  await run('checkout', '-q', 'master')
  await run('branch', '-q', '-D', 'seven')
  await commit('main')
  await mustRun('git', ['clone', '-q', '--mirror', work, place], { env })
  await mustRun('git', ['-C', place, 'config', 'uploadpack.allowAnySHA1InWant', 'true'], { env })
}

/** The server's side of git over http, as git itself has it (git-http-backend(1)). */
function git(folder: string, url: URL, request: http.IncomingMessage, response: http.ServerResponse): void {
  const isPrivate = url.pathname.startsWith('/private.git/')
  const account = Buffer.from(`x-access-token:${TOKEN}`).toString('base64')
  if (isPrivate && request.headers.authorization?.toLowerCase() !== `basic ${account}`.toLowerCase()) {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="harbour"' })
    response.end()
    return
  }
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH ?? '',
      ...{ GIT_PROJECT_ROOT: folder, GIT_HTTP_EXPORT_ALL: '1', REMOTE_ADDR: '127.0.0.1' },
      ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
      PATH_INFO: url.pathname.replace('/private.git', '/repo.git'),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  request.pipe(child.stdin)
  child.stdin.on('error', () => undefined)
  let head = Buffer.alloc(0)
  let begun = false
  child.stdout.on('data', (chunk: Buffer) => {
    if (begun) return void response.write(chunk)
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    begun = true
    const fields = head
      .toString('latin1', 0, end)
      .split('\r\n')
      .map((line) => line.split(': ') as [string, string])
    const status = fields.find(([name]) => name === 'Status')?.[1] ?? '200'
    const headers = fields.filter(([name]) => name !== 'Status')
    response.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers))
    response.write(head.subarray(end + 4))
  })
  child.stdout.on('end', () => response.end())
}
