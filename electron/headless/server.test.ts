/** What the headless shell refuses, each over a real connection, and what it lets through. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { type Headless, startHeadless } from './server.ts'

let shell: Headless
let folder: string
let served = 0

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-headless-'))
  const root = path.join(folder, 'renderer')
  await mkdir(path.join(root, 'assets'), { recursive: true })
  await writeFile(path.join(root, 'index.html'), '<!doctype html><title>Longshore</title>')
  await writeFile(path.join(root, 'assets/app-abc.js'), 'export {}')
  await writeFile(path.join(folder, 'secret'), 'secret')
  await symlink(path.join(folder, 'secret'), path.join(root, 'link'))
  shell = await startHeadless({
    rendererDirectory: root,
    port: 0,
    serve: () => {
      served += 1
    },
  })
})
afterAll(async () => {
  await shell.close()
  await rm(folder, { recursive: true })
})

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A request that says exactly what it is told to, Host included (fetch would not). */
function ask(target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const host = `127.0.0.1:${shell.port}`
    const sent = request({
      host: '127.0.0.1',
      port: shell.port,
      path: target,
      method,
      headers: { host, ...headers },
    })
    sent.on('response', (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

function pathOf(link: string): string {
  const url = new URL(link)
  return `${url.pathname}${url.search}`
}

async function signIn(): Promise<string> {
  const { headers } = await ask(pathOf(shell.link()))
  return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

describe('the link', () => {
  test('becomes a cookie that scripts cannot read and other sites cannot send, once', async () => {
    const link = pathOf(shell.link())
    const first = await ask(link)
    expect(first.status).toBe(303)
    expect(first.headers.location).toBe('/')
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^longshore-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/,
    )
    const second = await ask(link)
    expect(second.status).toBe(401)
    expect(second.headers['set-cookie']).toBeUndefined()
    expect(second.body).toContain('This link was used')
  })

  test('of our own making is refused', async () => {
    expect((await ask('/open?token=guess')).status).toBe(401)
    expect((await ask('/open')).status).toBe(401)
  })

  test('opened from another site loses nothing of the cookie', async () => {
    const answer = await ask(pathOf(shell.link()), {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.refresh).toBe('0; url=/')
    expect(answer.headers['set-cookie']).toHaveLength(1)
  })

  test('is not used up by a preview', async () => {
    const link = pathOf(shell.link())
    await ask(link, {}, 'HEAD')
    expect((await ask(link)).status).toBe(303)
  })
})

describe('without the cookie', () => {
  test.each(['/', '/index.html', '/assets/app-abc.js', '/session', '/nothing', '/rpc'])(
    '%s is 401',
    async (target) => {
      const answer = await ask(target)
      expect(answer.status).toBe(401)
      expect(answer.body).toContain('not signed in')
    },
  )

  test('a cookie of our own making is 401', async () => {
    const cookie = await signIn()
    expect((await ask('/', { cookie: `${cookie.slice(0, -1)}_` })).status).toBe(401)
  })

  test('a socket is 401', async () => {
    expect(await upgrade({ origin: `http://127.0.0.1:${shell.port}` })).toBe(401)
  })
})

describe('with the cookie', () => {
  test('the page, its files and the session are there', async () => {
    const cookie = await signIn()
    const page = await ask('/', { cookie })
    expect(page.status).toBe(200)
    expect(page.headers['cache-control']).toBe('no-store')
    const asset = await ask('/assets/app-abc.js', { cookie })
    expect(asset.headers['content-type']).toContain('javascript')
    expect(asset.headers['cache-control']).toContain('immutable')
    expect((await ask('/session', { cookie })).status).toBe(204)
  })

  test.each(['localhost', 'evil.example', '127.0.0.1', '[::1]'])('the name %s is refused', async (name) => {
    const cookie = await signIn()
    const answer = await ask('/', {
      cookie,
      host: name === '127.0.0.1' ? '127.0.0.1:1' : `${name}:${shell.port}`,
    })
    expect(answer.status).toBe(421)
  })

  test('another origin is refused, and so is no origin at a socket', async () => {
    const cookie = await signIn()
    expect((await ask('/', { cookie, origin: 'http://evil.example' })).status).toBe(403)
    expect((await ask('/', { cookie, origin: 'null' })).status).toBe(403)
    expect(
      (await ask('/', { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'script' })).status,
    ).toBe(403)
    expect(await upgrade({ cookie, origin: 'http://evil.example' })).toBe(403)
    expect(await upgrade({ cookie })).toBe(403)
  })

  test('writing is refused', async () => {
    const cookie = await signIn()
    expect((await ask('/', { cookie }, 'POST')).status).toBe(405)
  })

  test.each(['/../secret', '/%2e%2e/secret', '/..%2fsecret', '/link', '/assets', '/%00', '/%zz'])(
    '%s leads to nothing outside',
    async (target) => {
      const cookie = await signIn()
      const answer = await ask(target, { cookie })
      expect(answer.status).toBe(404)
      expect(answer.body).not.toContain('secret')
    },
  )

  test.each(['//', '///', '/\\\\', 'http://['])('%s is no address, and is answered', async (target) => {
    expect((await ask(target)).status).toBe(400)
  })

  test('a socket is served at /rpc alone', async () => {
    const cookie = await signIn()
    const origin = `http://127.0.0.1:${shell.port}`
    const before = served
    expect(await upgrade({ cookie, origin }, '/other')).toBe(404)
    expect(await upgrade({ cookie, origin })).toBe(101)
    expect(served).toBe(before + 1)
  })
})

test('every answer carries the security headers', async () => {
  const cookie = await signIn()
  for (const answer of [
    await ask('/'),
    await ask('/', { cookie }),
    await ask('/', { host: 'evil.example' }),
  ]) {
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['referrer-policy']).toBe('no-referrer')
  }
})

test('a port that is taken is said so', async () => {
  await expect(
    startHeadless({ rendererDirectory: folder, port: shell.port, serve: () => {} }),
  ).rejects.toMatchObject({
    kind: 'unavailable',
  })
})

/** The status of an upgrade; 101 when it was let in. */
function upgrade(headers: Record<string, string>, target = '/rpc'): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${shell.port}${target}`, { headers })
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
      socket.terminate()
    })
    socket.on('open', () => {
      resolve(101)
      socket.close()
    })
    socket.on('error', (error) => {
      if (!/closed before/.test(error.message)) reject(error)
    })
  })
}
