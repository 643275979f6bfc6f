import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http, { type RequestListener } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { parseReference } from '../oci/reference.ts'
import { hostCertificates } from './certificates.ts'
import { InsecureRegistries } from './insecure.ts'
import type { RegistryOptions } from './options.ts'
import { Registry } from './registry.ts'
import { PATIENCE } from './transport.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'longshore-trust-'))
const file = (name: string) => path.join(folder, name)
const open: { close(): unknown }[] = []

beforeAll(() => {
  const subject = ['-nodes', '-days', '2', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  const make = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  make(
    ...[
      'req',
      '-x509',
      ...subject,
      '-subj',
      '/CN=authority',
      '-keyout',
      file('ca.key'),
      '-out',
      file('ca.crt'),
    ],
  )
  for (const name of ['server', 'client']) {
    make(
      ...[
        'req',
        ...subject,
        '-subj',
        `/CN=${name}`,
        '-keyout',
        file(`${name}.key`),
        '-out',
        file(`${name}.csr`),
      ],
    )
    writeFileSync(file('ext'), 'subjectAltName=DNS:harbour.test,IP:127.0.0.1\n')
    make(
      ...['x509', '-req', '-in', file(`${name}.csr`), '-CA', file('ca.crt'), '-CAkey', file('ca.key')],
      ...['-CAcreateserial', '-days', '2', '-extfile', file('ext'), '-out', file(`${name}.crt`)],
    )
  }
})
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

const tags: RequestListener = (_, response) => void response.end('{"tags":["one"]}')

async function serve(server: http.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  return (server.address() as AddressInfo).port
}

function tlsServer(listener = tags, clients = false): Promise<number> {
  const pair = { key: readFileSync(file('server.key')), cert: readFileSync(file('server.crt')) }
  const ask = clients ? { requestCert: true, rejectUnauthorized: true, ca: readFileSync(file('ca.crt')) } : {}
  return serve(https.createServer({ ...pair, ...ask }, listener))
}

/** The tags of an image by an engine with these options. `name` has its port replaced. */
async function tagsOf(name: string, options: Partial<RegistryOptions> = {}) {
  const registry = new Registry({
    certificates: file('none'),
    ...options,
    patience: { ...PATIENCE, stallMs: 2000, backoffMs: 1 },
  })
  open.push(registry)
  return registry.repository(parseReference(name)).tags()
}

it('this machine’s own registries may have any certificate, or none [06.07]', async () => {
  expect(await tagsOf(`127.0.0.1:${await tlsServer()}/app`)).toEqual(['one'])
  expect(await tagsOf(`localhost:${await serve(http.createServer(tags))}/app`)).toEqual(['one'])
})

it('a certs.d folder gives a host its authority and its client certificate [06.07]', async () => {
  const port = await tlsServer(tags, true)
  const place = path.join(folder, 'certs', `127.0.0.1:${port}`)
  mkdirSync(place, { recursive: true })
  writeFileSync(path.join(place, 'ca.crt'), readFileSync(file('ca.crt')))
  await expect(tagsOf(`127.0.0.1:${port}/app`, { certificates: file('certs') })).rejects.toThrow(
    /cannot reach/,
  )
  writeFileSync(path.join(place, 'client.cert'), readFileSync(file('client.crt')))
  await expect(hostCertificates(place)).rejects.toThrow(
    'missing key client.key for client certificate client.cert',
  )
  writeFileSync(path.join(place, 'client.key'), readFileSync(file('client.key')))
  expect(await tagsOf(`127.0.0.1:${port}/app`, { certificates: file('certs') })).toEqual(['one'])
})

it('a password known over https is sent to no token server without it [06.07]', async () => {
  const port = await tlsServer((_, response) => {
    response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://192.0.2.1/token"' }).end()
  })
  await expect(tagsOf(`127.0.0.1:${port}/app`)).rejects.toThrow(
    /wants the password sent to the unprotected http:\/\/192\.0\.2\.1: refused/,
  )
})

it.each([
  ['harbour.test', ['harbour.test'], true],
  ['harbour.test:5000', ['harbour.test'], true],
  ['harbour.test:5000', ['harbour.test:5001'], false],
  ['10.1.2.3:5000', ['10.0.0.0/8'], true],
  ['11.1.2.3:5000', ['10.0.0.0/8'], false],
  ['[fd00::1]:5000', ['fd00::/8'], true],
  ['[::1]:5000', [], true],
  ['127.8.8.8', [], true],
  ['localhost:1', [], true],
])('%s with insecure registries %j: %s [06.07]', async (host, entries, insecure) => {
  expect(await new InsecureRegistries(entries).has(host)).toBe(insecure)
})

it('options that cannot be are refused', () => {
  expect(() => new Registry({ insecure: ['10.0.0.0/64'] })).toThrow(
    'insecure registry 10.0.0.0/64 is not valid',
  )
  expect(() => new Registry({ mirrors: ['https://mirror.example/path'] })).toThrow('invalid mirror')
  expect(() => new Registry({ mirrors: ['mirror.example'] })).toThrow('invalid mirror')
})

it('mirrors are asked in order, without the account, and one that fails is passed over [06.07]', async () => {
  const asked: string[] = []
  const empty = await serve(
    http.createServer((request, response) => {
      asked.push(`empty ${request.url} ${request.headers.authorization ?? 'anonymous'}`)
      response.writeHead(404).end()
    }),
  )
  const full = await serve(
    http.createServer((request, response) => {
      asked.push(`full ${request.url} ${request.headers.authorization ?? 'anonymous'}`)
      tags(request, response)
    }),
  )
  const mirrors = ['http://127.0.0.1:1', `http://127.0.0.1:${empty}`, `http://127.0.0.1:${full}`]
  const registry = new Registry({ mirrors })
  open.push(registry)
  const account = { username: 'ann', password: 'secret' }
  expect(await registry.repository(parseReference('busybox'), account).tags()).toEqual(['one'])
  expect(asked).toEqual([
    'empty /v2/library/busybox/tags/list anonymous',
    'full /v2/library/busybox/tags/list anonymous',
  ])
})
