/** On the real kernel: a namespace with an HTTP server in it, reached by its published port, and nothing left after. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { build } from '../host/attach/build.mjs'
import { bridgeNetworks } from './bridge-networks.ts'
import type { NetworkDefinition, Networks, PortMapping, Sandbox } from './network.ts'

const root = process.getuid?.() === 0
if (!root) console.log('skipped: networks on the real kernel need root')

const network: NetworkDefinition = {
  id: 'f'.repeat(64),
  name: 'bridge',
  driver: 'bridge',
  link: `lstest${process.pid % 100000}`,
  mode: '',
  ownsLink: true,
  subnets: [{ subnet: '10.199.77.0/24', range: null, gateway: '10.199.77.1', aux: {} }],
  internal: false,
  mtu: 1500,
  icc: true,
  masquerade: true,
  hostBinding: '0.0.0.0',
}

describe.runIf(root)('a bridge', () => {
  let folder: string
  let networks: Networks
  let server: ChildProcess | undefined

  beforeEach(async () => {
    await build()
    folder = await mkdtemp(join(tmpdir(), 'longshore-net-'))
    networks = bridgeNetworks(join(folder, 'netns'), network.link)
    await networks.recover([network], [], false)
    await networks.raise([network])
  })
  afterEach(async () => {
    server?.kill('SIGKILL')
    await networks.close({ destroy: true })
    await rm(folder, { recursive: true, force: true })
    expect(leftovers()).toEqual([])
  })

  function leftovers(): string[] {
    const links = execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(network.link))
    const rules = execFileSync('iptables-save', { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.toLowerCase().includes(network.link))
    return [...links, ...rules]
  }

  async function served(mapping: PortMapping): Promise<{ sandbox: Sandbox; mappings: PortMapping[] }> {
    const sandbox = await networks.acquire('ab'.repeat(32), [{ network }], () => {})
    const [held] = await networks.holdPorts([mapping])
    if (!held) throw new Error('no port held')
    await networks.publish(sandbox, [held.mapping])
    const script = 'require("http").createServer((q,r)=>r.end("moored")).listen(80,()=>console.log("up"))'
    const child = spawn('nsenter', [`--net=${sandbox.netns}`, process.execPath, '-e', script])
    server = child
    await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
    return { sandbox, mappings: [held.mapping] }
  }

  const any: PortMapping = { hostIp: '0.0.0.0', hostPort: 0, containerPort: 80, protocol: 'tcp' }

  test('a published port answers on loopback, is taken for everyone else, and closes at once', async () => {
    const { sandbox, mappings } = await served(any)
    const port = mappings[0]?.hostPort ?? 0
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('moored')
    const taken = await new Promise<string>((resolve) =>
      createServer()
        .once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
        .listen(port, '0.0.0.0'),
    )
    expect(taken).toBe('EADDRINUSE')
    expect(await networks.verify([network], [{ sandbox, mappings }])).toEqual([])
    expect((await networks.verify([network], [])).join()).toContain('belongs to no running container')
    await networks.release(sandbox, mappings)
    await networks.release(sandbox, mappings)
    expect(await networks.verify([network], [])).toEqual([])
  })

  test('a second engine process adopts what runs and its ports go on answering', async () => {
    const { sandbox, mappings } = await served(any)
    const later = bridgeNetworks(join(folder, 'netns'), network.link)
    await later.recover([network], [{ sandbox, mappings }], false)
    await later.raise([network], [{ sandbox, mappings }])
    expect(await (await fetch(`http://127.0.0.1:${mappings[0]?.hostPort}/`)).text()).toBe('moored')
    const next = await later.acquire('cd'.repeat(32), [{ network }], () => {})
    expect(next.endpoints[0]?.address).not.toBe(sandbox.endpoints[0]?.address)
    await later.release(next, [])
    await later.release(sandbox, mappings)
  })

  test('what no record knows is destroyed at recovery', async () => {
    await networks.acquire('ee'.repeat(32), [{ network }], () => {})
    await networks.recover([network], [], false)
    expect(await networks.verify([network], [])).toEqual([])
  })

  test('a port that somebody has is refused with his name', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const address = holder.address()
    const hostPort = typeof address === 'object' && address !== null ? address.port : 0
    await expect(networks.holdPorts([{ ...any, hostPort }])).rejects.toThrow(
      new RegExp(
        `Bind for 0\\.0\\.0\\.0:${hostPort} failed: port is already allocated \\(by process ${process.pid}`,
      ),
    )
    holder.close()
  })

  test('udp ports are held too', async () => {
    const [held] = await networks.holdPorts([{ ...any, protocol: 'udp' }])
    expect(held?.fd).toBeGreaterThan(2)
    const owner = await networks.portOwner(held?.mapping.hostPort ?? 0, 'udp')
    expect(owner?.pid).toBe(process.pid)
    held?.release()
  })
})
