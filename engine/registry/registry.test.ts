import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { digestOf } from '../oci/digest.ts'
import { parseReference } from '../oci/reference.ts'
import type { Credentials } from './authenticator.ts'
import { Registry } from './registry.ts'
import { PATIENCE } from './transport.ts'

const AMD64 = { os: 'linux', architecture: 'amd64' }
const BLOB = Buffer.from('0123456789'.repeat(1000))
const DESCRIPTOR = { mediaType: 'application/octet-stream', digest: digestOf(BLOB), size: BLOB.length }
const EMPTY = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf('{}'), size: 2 }
const MANIFEST = JSON.stringify({ schemaVersion: 2, config: EMPTY, layers: [] })
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'

type Script = (request: IncomingMessage, response: ServerResponse, count: number) => void

const open: { close(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

/** A server that answers by `script`, which is told how many requests came before; and what it was asked. */
async function scripted(script: Script) {
  const asked: { readonly line: string; readonly headers: IncomingMessage['headers'] }[] = []
  const server: Server = createServer((request, response) => {
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers })
    script(request, response, asked.length - 1)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

function repository(host: string, credentials: Credentials = {}, path = 'app:1') {
  const registry = new Registry({ patience: { ...PATIENCE, stallMs: 250, backoffMs: 1 } })
  open.push({ close: () => void registry.close() })
  return registry.repository(parseReference(`${host}/${path}`), credentials)
}

async function readAll(source: AsyncIterable<Uint8Array>) {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function sendManifest(response: ServerResponse, body = MANIFEST, headers = {}) {
  response.writeHead(200, { 'content-type': MANIFEST_TYPE, ...headers }).end(body)
}

function refuse(response: ServerResponse, status: number, code: string, headers = {}) {
  response.writeHead(status, headers).end(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }))
}

describe('authentication', () => {
  it('fetches a token once, and a new one when it is no longer taken', async () => {
    let valid = 'one'
    const tokens = ['one', 'two']
    const { host, asked } = await scripted((request, response) => {
      if (request.url?.startsWith('/token')) {
        response.end(JSON.stringify({ token: tokens.shift(), expires_in: 300 }))
      } else if (request.headers.authorization !== `Bearer ${valid}`) {
        const challenge = `Bearer realm="http://${request.headers.host}/token",service="s",scope="repository:app:pull"`
        refuse(response, 401, 'UNAUTHORIZED', { 'www-authenticate': challenge })
      } else sendManifest(response)
    })
    const app = repository(host, { username: 'ann', password: 'secret' })
    await app.resolve(AMD64)
    await app.resolve(AMD64)
    valid = 'two'
    await app.resolve(AMD64)
    expect(asked.map(({ line }) => line)).toEqual([
      'GET /v2/app/manifests/1',
      'GET /token?service=s&account=ann&scope=repository%3Aapp%3Apull',
      'GET /v2/app/manifests/1',
      'GET /v2/app/manifests/1',
      'GET /v2/app/manifests/1',
      'GET /token?service=s&account=ann&scope=repository%3Aapp%3Apull',
      'GET /v2/app/manifests/1',
    ])
    expect(asked[1]?.headers.authorization).toBe(`Basic ${Buffer.from('ann:secret').toString('base64')}`)
  })

  it('trades an identity token by OAuth2', async () => {
    const { host, asked } = await scripted((request, response) => {
      if (request.url === '/token') response.end(JSON.stringify({ access_token: 'a' }))
      else if (request.headers.authorization) sendManifest(response)
      else
        refuse(response, 401, 'UNAUTHORIZED', {
          'www-authenticate': `Bearer realm="http://${request.headers.host}/token"`,
        })
    })
    await repository(host, { identityToken: 'refresh' }).resolve(AMD64)
    expect(asked.map(({ line }) => line)[1]).toBe('POST /token')
  })

  it.each([
    ['nobody', {}],
    ['a wrong password', { username: 'ann', password: 'wrong' }],
  ])('says how to sign in when the registry refuses %s', async (_, credentials) => {
    const { host } = await scripted((_request, response) =>
      refuse(response, 401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="r"' }),
    )
    await expect(repository(host, credentials).resolve(AMD64)).rejects.toMatchObject({
      kind: 'not-found',
      message: `pull access denied for ${host}/app, repository does not exist or may require 'docker login': unauthorized: unauthorized`,
    })
  })

  it.each(['null', '[]', '7', '{"token":5}', '{"access_token":{}}', 'nonsense'])(
    'takes %s for no token',
    async (answer) => {
      const { host } = await scripted((request, response) => {
        if (request.url?.startsWith('/token')) response.end(answer)
        else
          refuse(response, 401, 'UNAUTHORIZED', {
            'www-authenticate': `Bearer realm="http://${request.headers.host}/token"`,
          })
      })
      await expect(repository(host).resolve(AMD64)).rejects.toMatchObject({
        kind: 'unavailable',
        message: expect.stringMatching(/answered without a token$/),
      })
    },
  )

  it('sends Authorization to no other host', async () => {
    const other = await scripted((_request, response) => void response.end(BLOB))
    const { host } = await scripted((request, response) => {
      if (!request.headers.authorization)
        refuse(response, 401, 'X', { 'www-authenticate': 'Basic realm="r"' })
      else response.writeHead(307, { location: `http://${other.host}/blob` }).end()
    })
    const app = repository(host, { username: 'ann', password: 'secret' })
    expect(await readAll(app.blob(DESCRIPTOR))).toEqual(BLOB)
    expect(other.asked[0]?.headers.authorization).toBeUndefined()
  })
})

describe('signing in', () => {
  it.each([
    ['basic', 'Basic realm="r"'],
    ['token', 'Bearer realm="http://HOST/token"'],
  ])('tells a right from a wrong password (%s)', async (_, challenge) => {
    const right = `Basic ${Buffer.from('ann:secret').toString('base64')}`
    const { host } = await scripted((request, response) => {
      const { authorization, host: own } = request.headers
      if (request.url?.startsWith('/token') && authorization === right) response.end('{"token":"t"}')
      else if (request.url?.startsWith('/token')) refuse(response, 401, 'UNAUTHORIZED')
      else if (authorization === right || authorization === 'Bearer t') response.end('{}')
      else refuse(response, 401, 'UNAUTHORIZED', { 'www-authenticate': challenge.replace('HOST', own ?? '') })
    })
    const registry = new Registry()
    open.push({ close: () => void registry.close() })
    await registry.login(host, { username: 'ann', password: 'secret' })
    await expect(registry.login(host, { username: 'ann', password: 'wrong' })).rejects.toMatchObject({
      kind: 'unauthorized',
      message: `login attempt to http://${host}/v2/ failed: unauthorized: unauthorized`,
    })
  })

  it('answers the token that stands for the password from now on [06.08]', async () => {
    const { host, asked } = await scripted((request, response) => {
      if (request.url?.startsWith('/token')) response.end('{"token":"t","refresh_token":"for later"}')
      else if (request.headers.authorization === 'Bearer t') response.end('{}')
      else
        refuse(response, 401, 'UNAUTHORIZED', {
          'www-authenticate': `Bearer realm="http://${request.headers.host}/token",service="s"`,
        })
    })
    const registry = new Registry()
    open.push({ close: () => void registry.close() })
    expect(await registry.login(host, { username: 'ann', password: 'secret' })).toBe('for later')
    expect(asked.map(({ line }) => line)).toContain(
      'GET /token?service=s&account=ann&offline_token=true&client_id=longshore',
    )
  })
})

describe('blobs', () => {
  it('reads on where the connection broke', async () => {
    const { host, asked } = await scripted((request, response, count) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const range = `bytes ${from}-${BLOB.length - 1}/${BLOB.length}`
      response.writeHead(from === 0 ? 200 : 206, {
        'content-length': BLOB.length - from,
        'content-range': range,
      })
      if (count === 2) response.end(BLOB.subarray(from))
      else response.write(BLOB.subarray(from, from + 4000), () => response.destroy())
    })
    expect(await readAll(repository(host).blob(DESCRIPTOR))).toEqual(BLOB)
    expect(asked.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=4000-', 'bytes=8000-'])
  })

  it('leaves out what it has when the server sends all of it again', async () => {
    const { host } = await scripted((_request, response, count) => {
      response.writeHead(200, { 'content-length': BLOB.length })
      if (count > 0) response.end(BLOB)
      else response.write(BLOB.subarray(0, 5000), () => response.destroy())
    })
    expect(await readAll(repository(host).blob(DESCRIPTOR))).toEqual(BLOB)
  })

  it('takes silence for a broken connection', async () => {
    const { host } = await scripted((request, response, count) => {
      if (count > 0) {
        expect(request.headers.range).toBe('bytes=100-')
        response.writeHead(206, { 'content-range': `bytes 100-9999/${BLOB.length}` }).end(BLOB.subarray(100))
      } else response.writeHead(200, { 'content-length': BLOB.length }).write(BLOB.subarray(0, 100))
    })
    expect(await readAll(repository(host).blob(DESCRIPTOR))).toEqual(BLOB)
  })

  it('does not try again when the registry announces another size', async () => {
    const { host, asked } = await scripted((_request, response) => void response.end(BLOB.subarray(0, 100)))
    await expect(readAll(repository(host).blob(DESCRIPTOR))).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('has the wrong size: 100 bytes instead of 10000'),
    })
    expect(asked).toHaveLength(1)
  })

  it('gives up when nothing more comes', async () => {
    const { host, asked } = await scripted((_request, response) => void response.destroy())
    await expect(readAll(repository(host).blob(DESCRIPTOR))).rejects.toMatchObject({ kind: 'unavailable' })
    expect(asked.length).toBeGreaterThan(3)
  })

  it('ends when it is cancelled', async () => {
    const abort = new AbortController()
    const { host } = await scripted((_request, response) => {
      response
        .writeHead(200, { 'content-length': BLOB.length })
        .write(BLOB.subarray(0, 100), () => abort.abort())
    })
    await expect(readAll(repository(host).blob(DESCRIPTOR, { signal: abort.signal }))).rejects.toMatchObject({
      kind: 'cancelled',
    })
  })
})

describe('manifests', () => {
  it('waits when the registry asks for it, and says so', async () => {
    const waits: number[] = []
    const { host } = await scripted((_request, response, count) => {
      if (count === 0) refuse(response, 429, 'TOOMANYREQUESTS', { 'retry-after': '0' })
      else if (count === 1) refuse(response, 503, 'UNAVAILABLE')
      else sendManifest(response)
    })
    await repository(host).resolve(AMD64, { onRetry: (seconds) => waits.push(seconds) })
    expect(waits).toHaveLength(2)
  })

  it('does not wait for an hour', async () => {
    const { host } = await scripted((_request, response) =>
      refuse(response, 429, 'TOOMANYREQUESTS', { 'retry-after': '3600' }),
    )
    await expect(repository(host).resolve(AMD64)).rejects.toThrow(/^toomanyrequests: .*docker login/)
  })

  it('chooses by platform from an index, never an attestation', async () => {
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        { ...EMPTY, digest: digestOf('no'), platform: { os: 'unknown', architecture: 'unknown' } },
        { ...EMPTY, digest: digestOf('arm'), platform: { os: 'linux', architecture: 'arm64' } },
        { mediaType: MANIFEST_TYPE, digest: digestOf(MANIFEST), size: MANIFEST.length, platform: AMD64 },
      ],
    })
    const { host } = await scripted((request, response) =>
      sendManifest(response, request.url?.endsWith('/1') ? index : MANIFEST, {
        'content-type': request.url?.endsWith('/1')
          ? 'application/vnd.oci.image.index.v1+json'
          : MANIFEST_TYPE,
      }),
    )
    const resolved = await repository(host).resolve(AMD64)
    expect(resolved.digest).toBe(digestOf(index))
    expect(resolved.manifestDescriptor.digest).toBe(digestOf(MANIFEST))
    await expect(repository(host).resolve({ os: 'linux', architecture: 's390x' })).rejects.toThrow(
      /no matching manifest for linux\/s390x in the manifest list entries: .* linux\/arm64, linux\/amd64/,
    )
  })

  it.each([
    ['other bytes than the digest asked for', `app@${digestOf('other')}`, {}, /manifest verification failed/],
    [
      'other bytes than its header says',
      'app:1',
      { 'docker-content-digest': digestOf('other') },
      /manifest verification failed/,
    ],
  ])('refuses %s', async (_, path, headers, words) => {
    const { host } = await scripted((_request, response) => sendManifest(response, MANIFEST, headers))
    await expect(repository(host, {}, path).resolve(AMD64)).rejects.toThrow(words)
  })

  it.each([
    ['{', /not JSON/],
    ['{"schemaVersion":1,"fsLayers":[]}', /schema 1/],
    [JSON.stringify({ schemaVersion: 2, layers: [], manifests: [] }), /both layers and manifests/],
    [
      JSON.stringify({ schemaVersion: 2, layers: [{ digest: '../../etc', size: 1 }], config: EMPTY }),
      /not a valid sha256/,
    ],
  ])('refuses the manifest %s', async (manifest, words) => {
    const { host } = await scripted((_request, response) => sendManifest(response, manifest))
    await expect(repository(host).resolve(AMD64)).rejects.toThrow(words)
  })

  it.each([
    [404, 'MANIFEST_UNKNOWN', /manifest for .*\/app:1 not found: manifest unknown/],
    [404, 'NAME_UNKNOWN', /repository .*\/app:1 not found: name unknown/],
    [403, 'DENIED', /pull access denied for .*\/app, repository does not exist/],
  ])('tells %i %s in words', async (status, code, words) => {
    const { host } = await scripted((_request, response) => refuse(response, status, code))
    await expect(repository(host).resolve(AMD64)).rejects.toThrow(words)
  })

  it('says when nobody listens', async () => {
    await expect(repository('127.0.0.1:1').resolve(AMD64)).rejects.toThrow(
      /cannot reach the registry 127.0.0.1:1: connection refused/,
    )
  })
})

it('lists tags page by page', async () => {
  const { host } = await scripted((request, response) => {
    if (request.url === '/v2/app/tags/list')
      response.setHeader('link', '</v2/app/tags/list?last=b>; rel="next"')
    response.end(JSON.stringify({ name: 'app', tags: request.url?.includes('last') ? ['c'] : ['a', 'b'] }))
  })
  expect(await repository(host).tags()).toEqual(['a', 'b', 'c'])
})
