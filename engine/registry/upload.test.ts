import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { digestOf } from '../oci/digest.ts'
import { parseReference } from '../oci/reference.ts'
import { Registry } from './registry.ts'
import { PATIENCE } from './transport.ts'

const BLOB = Buffer.from('0123456789'.repeat(20_000))
const DESCRIPTOR = { mediaType: 'application/octet-stream', digest: digestOf(BLOB), size: BLOB.length }

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

/** What a small registry does wrong. */
interface Faults {
  /** Sizes at which a PATCH is cut, one after another. */
  readonly cuts?: number[]
  /** Statuses that PATCHes are answered with, one after another. */
  readonly refusals?: number[]
  /** Takes so many bytes of the first PATCH, and then no more. */
  readonly stallsAt?: number
  /** Forgets the upload when it is asked about it. */
  readonly forgets?: boolean
  /** Keeps the blob, and breaks the connection before saying so. */
  readonly losesAnswer?: boolean
}

/** A registry of one repository that keeps one upload. */
async function smallRegistry(faults: Faults = {}, blob = BLOB, stallMs = 2000) {
  const descriptor = { mediaType: 'application/octet-stream', digest: digestOf(blob), size: blob.length }
  const asked: string[] = []
  const state = {
    received: Buffer.alloc(0),
    kept: null as Buffer | null,
    session: 0,
    told: false,
    stalled: false,
  }
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const range = request.headers['content-range']
    asked.push(`${request.method} ${request.url?.split('?')[0]}${range ? ` ${range}` : ''}`)
    const session = `/v2/app/blobs/uploads/${state.session}`
    switch (request.method) {
      case 'HEAD':
        response.writeHead(state.kept ? 200 : 404).end()
        return
      case 'POST':
        state.session++
        state.received = Buffer.alloc(0)
        response.writeHead(202, { location: `/v2/app/blobs/uploads/${state.session}` }).end()
        return
      case 'PATCH': {
        const cut = faults.cuts?.shift()
        const refusal = faults.refusals?.shift()
        const parts: Buffer[] = [state.received]
        let { length } = state.received
        for await (const chunk of request as AsyncIterable<Buffer>) {
          parts.push(chunk)
          length += chunk.length
          if (!state.stalled && length >= (faults.stallsAt ?? Number.POSITIVE_INFINITY)) {
            state.stalled = true
            state.received = Buffer.concat(parts)
            await new Promise((resolve) => request.once('close', resolve))
            return
          }
          if (cut === undefined || length < cut) continue
          state.received = Buffer.concat(parts).subarray(0, cut)
          request.destroy()
          return
        }
        state.received = Buffer.concat(parts)
        if (refusal !== undefined) state.received = Buffer.alloc(0)
        response.writeHead(refusal ?? 202, { location: session }).end()
        return
      }
      case 'GET': {
        if (faults.forgets && !state.told) {
          state.told = true
          response.writeHead(404).end()
          return
        }
        const end = Math.max(0, state.received.length - 1)
        response.writeHead(204, { location: session, range: `0-${end}` }).end()
        return
      }
      case 'DELETE':
        response.writeHead(204).end()
        return
      case 'PUT':
        if (state.kept) response.writeHead(404).end()
        else {
          state.kept = state.received
          if (faults.losesAnswer) request.destroy()
          else response.writeHead(201).end()
        }
    }
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {}) // a cut that was asked for
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const registry = new Registry({ patience: { ...PATIENCE, stallMs, backoffMs: 1 } })
  open.push(registry, {
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const publication = registry.publication(parseReference(`${host}/app`))
  const upload = (signal?: AbortSignal) => {
    // In pieces, so that a part of it can be on its way when the connection is cut.
    async function* read() {
      for (let at = 0; at < blob.length; at += 10_000) yield blob.subarray(at, at + 10_000)
    }
    return publication.blob({ descriptor, mountFrom: [], read }, { signal })
  }
  return { asked, state, upload }
}

it('a missing blob is sent in one go, one that is there not at all [06.04]', async () => {
  const { asked, state, upload } = await smallRegistry()
  expect(await upload()).toEqual({ kind: 'sent' })
  expect(state.kept?.equals(BLOB)).toBe(true)
  expect(await upload()).toEqual({ kind: 'exists' })
  expect(asked).toEqual([
    `HEAD /v2/app/blobs/${DESCRIPTOR.digest}`,
    'POST /v2/app/blobs/uploads/',
    'PATCH /v2/app/blobs/uploads/1',
    'PUT /v2/app/blobs/uploads/1',
    `HEAD /v2/app/blobs/${DESCRIPTOR.digest}`,
  ])
})

it('an upload that is cut goes on where it ended, however often [06.04]', async () => {
  const { asked, state, upload } = await smallRegistry({ cuts: [30_000, 90_000, 150_000] })
  expect(await upload()).toEqual({ kind: 'sent' })
  expect(state.kept?.equals(BLOB)).toBe(true)
  expect(asked.filter((line) => line.startsWith('PATCH'))).toEqual([
    'PATCH /v2/app/blobs/uploads/1',
    'PATCH /v2/app/blobs/uploads/1 30000-199999',
    'PATCH /v2/app/blobs/uploads/1 90000-199999',
    'PATCH /v2/app/blobs/uploads/1 150000-199999',
  ])
})

it('an upload that the registry forgets is begun anew [06.04]', async () => {
  const { asked, state, upload } = await smallRegistry({ cuts: [30_000], forgets: true })
  expect(await upload()).toEqual({ kind: 'sent' })
  expect(state.kept?.equals(BLOB)).toBe(true)
  expect(asked.filter((line) => line.startsWith('POST'))).toHaveLength(2)
})

it('a busy registry is asked again, one that refuses is believed [06.04]', async () => {
  const busy = await smallRegistry({ refusals: [503, 500] })
  expect(await busy.upload()).toEqual({ kind: 'sent' })
  expect(busy.state.kept?.equals(BLOB)).toBe(true)
  const full = await smallRegistry({ refusals: [403] })
  await expect(full.upload()).rejects.toThrow(/^denied: requested access to the resource is denied/)
})

it('an answer that is lost on its way is found out [06.04]', async () => {
  const { state, upload } = await smallRegistry({ losesAnswer: true })
  expect(await upload()).toEqual({ kind: 'sent' })
  expect(state.kept?.equals(BLOB)).toBe(true)
})

it('what never comes through ends after five tries in a row [06.04]', async () => {
  const { asked, upload } = await smallRegistry({ refusals: [503, 503, 503, 503, 503, 503] })
  await expect(upload()).rejects.toThrow(/answered 503/)
  expect(asked.filter((line) => line.startsWith('PATCH'))).toHaveLength(5)
})

it('a push that is cancelled takes its upload back [06.04]', async () => {
  const abort = new AbortController()
  const { asked, upload } = await smallRegistry({ cuts: [30_000] })
  const uploading = upload(abort.signal)
  while (!asked.some((line) => line.startsWith('PATCH')))
    await new Promise((resolve) => setImmediate(resolve))
  abort.abort()
  await expect(uploading).rejects.toMatchObject({ kind: 'cancelled' })
  expect(asked.at(-1)).toBe('DELETE /v2/app/blobs/uploads/1')
})

it('a registry that takes no more bytes is given the rest on another connection [06.04]', async () => {
  // More than the sockets of a connection hold.
  const large = Buffer.alloc(12_000_000, 'stalls ')
  const { asked, state, upload } = await smallRegistry({ stallsAt: 60_000 }, large, 300)
  expect(await upload()).toEqual({ kind: 'sent' })
  expect(state.kept?.equals(large)).toBe(true)
  expect(asked.filter((line) => line.startsWith('PATCH'))).toHaveLength(2)
})

it('an upload that leads nowhere is an error [06.04]', async () => {
  const server = createServer((request, response) => {
    if (request.method === 'HEAD') response.writeHead(404).end()
    else response.writeHead(202, { location: 'http://[' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const registry = new Registry({ patience: { ...PATIENCE, backoffMs: 1 } })
  open.push(registry, { close: () => server.close() })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  async function* read() {
    yield BLOB
  }
  const upload = { descriptor: DESCRIPTOR, mountFrom: [], read }
  await expect(registry.publication(parseReference(`${host}/app`)).blob(upload)).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'the registry sends on to "http://[", which is no address',
  })
})
