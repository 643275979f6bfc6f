/** What clients do while the engine dies under them, and what they were told: acknowledged things must be there after. */
import { type Answer, Client, type Sent } from '../fixtures/http.ts'
import { busyboxTar } from '../fixtures/images.ts'
import { makeImage } from '../fixtures/oci.ts'
import { tar } from '../fixtures/tar.ts'
import { dockerArchive, IMAGE } from './harness.ts'

/** Names of what was acknowledged and nobody asked to go since. */
export class Ledger {
  readonly #kept = new Map<string, Set<string>>()

  #closed = false

  /** Nothing more is taken note of. */
  close(): void {
    this.#closed = true
  }

  keep(kind: 'container' | 'volume' | 'image' | 'network', name: string): void {
    if (this.#closed) return
    const names = this.#kept.get(kind) ?? new Set()
    this.#kept.set(kind, names.add(name))
  }

  /** Call it before asking for the removal. */
  release(kind: 'container' | 'volume' | 'image' | 'network', name: string): void {
    this.#kept.get(kind)?.delete(name)
  }

  clear(): void {
    this.#kept.clear()
  }

  /** Names that are missing. */
  async missing(api: Client): Promise<string[]> {
    const paths = {
      container: 'containers',
      volume: 'volumes',
      image: 'images',
      network: 'networks',
    } as const
    const lost: string[] = []
    for (const kind of ['container', 'volume', 'image', 'network'] as const) {
      for (const name of this.#kept.get(kind) ?? []) {
        const suffix = kind === 'container' || kind === 'image' ? '/json' : ''
        const { status } = await api.get(`/${paths[kind]}/${name}${suffix}`)
        if (status !== 200) lost.push(`${kind} ${name}: ${status}`)
      }
    }
    return lost
  }
}

/** A client that takes note of answers that are the engine's own fault. */
export class WatchfulClient extends Client {
  readonly defects: string[] = []

  override async request(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const answer = await super.request(method, path, sent)
    if (answer.status >= 500 && answer.status !== 501)
      this.defects.push(`${method} ${path}: ${answer.status} ${answer.text.trim()}`)
    return answer
  }
}

/** What a job has at hand; `n` is different each time it is called. */
export interface Bench {
  readonly api: Client
  readonly registry: string
  readonly ledger: Ledger
  readonly n: number
  readonly random: (below: number) => number
}

const QUICK = { Cmd: ['true'], Image: IMAGE }
const LONG = { Cmd: ['sleep', '1000'], Image: IMAGE, StopTimeout: 1 }

async function create(api: Client, body: object, name?: string): Promise<string> {
  const answer = await api.post(`/containers/create${name === undefined ? '' : `?name=${name}`}`, body)
  if (answer.status !== 201) throw new Error(`create answered ${answer.status}: ${answer.text}`)
  return answer.json<{ Id: string }>().Id
}

/** Each does one thing that a kill may cut; a connection that ends under it makes it throw, which is no failure. */
export const JOBS: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  async pull({ api, registry, ledger }) {
    const name = `${registry}/layered:1`
    const answer = await api.post(`/images/create?fromImage=${registry}/layered&tag=1`)
    if (answer.text.includes('Status: ')) ledger.keep('image', name)
    ledger.release('image', name)
    await api.delete(`/images/${name}?force=1`)
  },
  async tag({ api, ledger, n }) {
    const name = `faults/tag:${n}`
    const { status } = await api.post(`/images/${IMAGE}/tag?repo=faults/tag&tag=${n}`)
    if (status === 201) ledger.keep('image', name)
    if (n % 2 === 0) return
    ledger.release('image', name)
    await api.delete(`/images/${name}`)
  },
  async load({ api, ledger, n }) {
    const layers = [busyboxTar(), tar([{ path: `only-${n}`, content: 'x'.repeat(100_000 + n) }])]
    const name = `faults/loaded:${n}`
    const body = dockerArchive(makeImage(layers, { Cmd: ['true'] }), name)
    const headers = { 'Content-Type': 'application/x-tar' }
    const answer = await api.request('POST', '/images/load?quiet=1', { body, headers })
    if (answer.status === 200 && answer.text.includes('Loaded image')) ledger.keep('image', name)
    if (n % 3 === 0) return
    ledger.release('image', name)
    await api.delete(`/images/${name}`)
  },
  async create({ api, ledger, n }) {
    const name = `kept-${n}`
    const id = await create(api, { ...QUICK, HostConfig: { Binds: [`data-${n}:/data`] } }, name)
    ledger.keep('container', id)
    ledger.keep('volume', `data-${n}`)
  },
  async 'run and remove itself'({ api }) {
    const id = await create(api, { ...QUICK, HostConfig: { AutoRemove: true } })
    await api.post(`/containers/${id}/start`)
    await api.post(`/containers/${id}/wait?condition=removed`)
  },
  async 'start and stop, with a port'({ api, ledger, n }) {
    const host = { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } }
    const id = await create(api, { ...LONG, ExposedPorts: { '80/tcp': {} }, HostConfig: host }, `port-${n}`)
    ledger.keep('container', id)
    await api.post(`/containers/${id}/start`)
    await api.post(`/containers/${id}/stop?t=0`)
    ledger.release('container', id)
    await api.delete(`/containers/${id}?force=1`)
  },
  async 'exec, logs and events'({ api, random }) {
    const id = await create(api, { ...LONG, Cmd: ['sh', '-c', 'while :; do echo line; sleep 0.01; done'] })
    await api.post(`/containers/${id}/start`)
    const streams = await Promise.all([
      api.stream('GET', `/containers/${id}/logs?stdout=1&follow=1`),
      api.stream('GET', '/events'),
    ])
    for (const { body } of streams) body.resume()
    for (let n = 0; n < 3; n++) {
      const { Id } = (
        await api.post(`/containers/${id}/exec`, { Cmd: ['echo', `${n}`], AttachStdout: true })
      ).json<{ Id: string }>()
      await (await api.hijack('POST', `/exec/${Id}/start`, { upgrade: random(2) === 0, json: {} })).all()
    }
    for (const stream of streams) stream.abort()
    await api.delete(`/containers/${id}?force=1`)
  },
  async 'many at once'({ api }) {
    const ids = await Promise.all(Array.from({ length: 6 }, () => create(api, LONG)))
    await Promise.all(ids.map((id) => api.post(`/containers/${id}/start`)))
    await Promise.all(ids.map((id) => api.delete(`/containers/${id}?force=1&v=1`)))
  },
  async commit({ api, ledger, n }) {
    const id = await create(api, { ...QUICK, Cmd: ['sh', '-c', `echo ${n} > /made`] })
    await api.post(`/containers/${id}/start`)
    await api.post(`/containers/${id}/wait`)
    const answer = await api.post(`/commit?container=${id}&repo=faults/commit&tag=${n}`, {})
    const name = `faults/commit:${n}`
    if (answer.status === 201) ledger.keep('image', name)
    await api.delete(`/containers/${id}?force=1`)
    if (n % 2 === 0) return
    ledger.release('image', name)
    await api.delete(`/images/${name}`)
  },
  async 'copy in, copy out, export and import'({ api, ledger, n }) {
    const id = await create(api, QUICK)
    const body = tar([{ path: 'in', content: 'x'.repeat(200_000 + n) }])
    const place = `/containers/${id}/archive?path=/tmp`
    await api.request('PUT', place, { body })
    await Promise.all([api.get(place), api.get(`/containers/${id}/changes`)])
    const root = await api.get(`/containers/${id}/export`)
    await api.delete(`/containers/${id}?force=1`)
    const name = `faults/imported:${n}`
    const answer = await api.request('POST', `/images/create?fromSrc=-&repo=faults/imported&tag=${n}`, {
      body: root.body,
    })
    if (answer.status === 200 && !answer.text.includes('"error"')) ledger.keep('image', name)
    if (n % 2 === 0) return
    ledger.release('image', name)
    await api.delete(`/images/${name}`)
  },
  async network({ api, ledger, n }) {
    const name = `faults-${n}`
    const made = await api.post('/networks/create', { Name: name, CheckDuplicate: true })
    if (made.status !== 201) return
    ledger.keep('network', name)
    const id = await create(api, { ...LONG, HostConfig: { NetworkMode: name } })
    await api.post(`/containers/${id}/start`)
    await api.delete(`/containers/${id}?force=1`)
    ledger.release('network', name)
    await api.delete(`/networks/${name}`)
  },
  async 'prune volumes'({ api, n }) {
    await api.post('/volumes/create', { Name: `pruned-${n}`, Labels: { prune: 'yes' } })
    const filters = encodeURIComponent(JSON.stringify({ all: ['true'], label: ['prune=yes'] }))
    await api.post(`/volumes/prune?filters=${filters}`)
  },
  async 'prune images'({ api }) {
    await api.post('/images/prune')
  },
  async 'prune containers'({ api, n }) {
    await create(api, { ...QUICK, Labels: { prune: `${n}` } })
    const filters = encodeURIComponent(JSON.stringify({ label: [`prune=${n}`] }))
    await api.post(`/containers/prune?filters=${filters}`)
  },
}
