import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded } from '../fixtures/embedded.ts'
import type { RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { digestOf, makeImage } from '../fixtures/oci.ts'
import { tar } from '../fixtures/tar.ts'
import { fuzz, mutated, numbersOf, pick, type Random } from './fuzzing.ts'
import { expectSound } from './harness.ts'

const IMAGE = makeImage([tar([{ path: 'f', content: 'x' }]), tar([{ path: 'g', content: 'y' }])], {
  Cmd: ['true'],
})
const TYPES = [
  IMAGE.manifest.mediaType,
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/json',
  'text/html',
  '',
]
/** Larger than any header or answer that is worth reading. */
const HUGE = 'x'.repeat(200_000)

describe('a registry whose every answer is made by chance', () => {
  let engine: RunningEngine
  let api: Client
  let random: Random = numbersOf('none')
  const blobs = new Map<string, Buffer>()
  const server = http.createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  let host = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    engine = await startEmbedded()
    api = new Client(engine.socket)
  })
  afterAll(async () => {
    await engine.stop()
    server.closeAllConnections()
    server.close()
  })

  /** A document, right or with something in it changed; it is known by its own digest, so that its content is read. */
  function document(value: unknown): Buffer {
    const odd = random(2) === 0 ? mutated(value, random) : value
    const text = JSON.stringify(odd) ?? ''
    const bytes = Buffer.from(
      pick(random, [text, text, text, text, text.slice(0, random(text.length + 1)), '', '[['.repeat(50_000)]),
    )
    blobs.set(digestOf(bytes), bytes)
    return bytes
  }

  function manifest(): { bytes: Buffer; type: string } {
    const { mediaType } = IMAGE.manifest
    const layers = IMAGE.layers.map((layer) => {
      blobs.set(layer.digest, layer.bytes)
      return { mediaType: layer.mediaType, digest: layer.digest, size: layer.bytes.length }
    })
    const config = document(JSON.parse(IMAGE.config.bytes.toString()))
    const described = { mediaType: IMAGE.config.mediaType, digest: digestOf(config), size: config.length }
    const bytes = document({ schemaVersion: 2, mediaType, config: described, layers })
    if (random(3) !== 0) return { bytes, type: random(4) === 0 ? pick(random, TYPES) : mediaType }
    const platform = { architecture: process.arch === 'arm64' ? 'arm64' : 'amd64', os: 'linux' }
    const entry = { mediaType, digest: digestOf(bytes), size: bytes.length, platform }
    const index = { schemaVersion: 2, mediaType: TYPES[1], manifests: [entry, { ...entry, platform: null }] }
    return { bytes: document(index), type: pick(random, TYPES.slice(1, 3)) }
  }

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = request.url ?? ''
    const headers: Record<string, string> = {}
    if (random(25) === 0)
      headers['WWW-Authenticate'] = pick(random, [
        `Bearer realm="http://${host}/token",service="s",scope="a"`,
        'Bearer',
        'Bearer realm=',
        'Basic realm="x',
        `Bearer realm="file:///etc/passwd"`,
        'Digest x',
        HUGE.slice(0, 8000),
      ])
    if (random(25) === 0)
      headers.Location = pick(random, [
        '/',
        url,
        `http://${host}${url}`,
        'http://127.0.0.1:1/',
        'file:///etc/passwd',
        'http://[',
        '',
      ])
    if (random(25) === 0)
      headers['Docker-Content-Digest'] = pick(random, ['sha256:x', `sha256:${'0'.repeat(64)}`, ''])
    if (random(25) === 0) headers['Retry-After'] = pick(random, ['0', '-1', 'never', '1'])
    if (random(30) === 0) {
      response.destroy()
      return
    }
    const status = random(12) === 0 ? pick(random, [204, 206, 301, 307, 400, 401, 403, 404, 416, 418]) : 200
    if (url.includes('/token'))
      return end(
        response,
        200,
        headers,
        document({ token: 't', expires_in: 60, issued_at: '2026-01-01T00:00:00Z' }),
      )
    if (url.includes('/tags/')) return end(response, status, headers, document({ name: 'x', tags: ['1'] }))
    if (url.includes('/manifests/')) {
      const known = blobs.get(url.slice(url.lastIndexOf('/') + 1))
      const { bytes, type } =
        known && random(4) !== 0 ? { bytes: known, type: IMAGE.manifest.mediaType } : manifest()
      return end(
        response,
        status,
        { ...headers, 'Content-Type': type },
        request.method === 'HEAD' ? Buffer.alloc(0) : bytes,
      )
    }
    if (url.includes('/blobs/')) {
      const bytes = blobs.get(url.slice(url.lastIndexOf('/') + 1)) ?? gzipSync('nothing')
      const odd = [
        bytes,
        bytes,
        bytes,
        bytes,
        bytes.subarray(0, random(bytes.length + 1)),
        Buffer.concat([bytes, bytes]),
      ]
      return end(response, status, headers, pick(random, odd))
    }
    return end(response, status, headers, Buffer.from(random(8) === 0 ? HUGE : '{}'))
  }

  async function end(
    response: http.ServerResponse,
    status: number,
    headers: Record<string, string>,
    body: Buffer,
  ) {
    response.writeHead(status, {
      ...headers,
      ...(random(15) === 0 ? { 'Content-Length': `${random(3) * body.length}` } : {}),
    })
    response.end(body)
  }

  test('is taken at its word only where the bytes prove it: no defect, nothing half-kept', async () => {
    const wrong = await fuzz('fuzz-registry', engine, async (numbers) => {
      random = numbers
      blobs.clear()
      const auth = pick(numbers, [
        '',
        'e30=',
        Buffer.from('{"username":"a","password":"b"}').toString('base64'),
      ])
      const headers = auth === '' ? {} : { 'X-Registry-Auth': auth }
      const tag = pick(numbers, ['&tag=1', '&tag=1', '&tag=1', ''])
      const answers = await api.request('POST', `/images/create?fromImage=${host}/x${tag}`, { headers })
      const last = answers.text.trim().split('\n').at(-1) ?? ''
      if (answers.status === 500 && !last.includes('the registry answered'))
        return `500 ${last.slice(0, 500)}`
      // A defect in words: an error that a program made, and not a person.
      if (
        /"error"/.test(last) &&
        /undefined|is not a function|Cannot read|\[object|TypeError|ERR_/.test(last)
      )
        return last.slice(0, 600)
      for (const { Id } of (await api.get('/images/json?all=1')).json<{ Id: string }[]>()) {
        const gone = await api.delete(`/images/${Id}?force=1`)
        if (gone.status !== 200)
          return `an image that was pulled cannot be removed: ${gone.status} ${gone.text}`
      }
      return null
    })
    expect(wrong.join('\n')).toBe('')
    await expectSound(engine)
  }, 3_600_000)
})
