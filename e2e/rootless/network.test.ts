/** The way out of an engine without root: beyond the host yes, to the host's own loopback no. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createTcp } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { giveImage, start } from '../faults/harness.ts'
import { startRootless } from '../fixtures/embedded-rootless.ts'
import type { RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { freePort, mustRun, run, until } from '../fixtures/processes.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { logOf, stateOf } from './observe.ts'

/** A machine beyond the host: a namespace with one address (TEST-NET-3), reached by a link of its own. */
const WORLD = `lse2e-world-${process.pid}`
const HERE = '203.0.113.1'
const THERE = '203.0.113.2'
/** As systemd-resolved's, and hopefully nobody's. */
const LOOPBACK_RESOLVER = '127.0.0.153'

describe('networks of an engine without root', () => {
  let engine: RunningEngine
  let registry: Registry
  let api: Client
  beforeAll(async () => {
    const outer = `lsw${process.pid}`
    await mustRun('ip', ['netns', 'add', WORLD])
    await mustRun('ip', ['link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', WORLD])
    await mustRun('ip', ['addr', 'add', `${HERE}/30`, 'dev', outer])
    await mustRun('ip', ['link', 'set', outer, 'up'])
    await mustRun('ip', ['-n', WORLD, 'addr', 'add', `${THERE}/30`, 'dev', 'eth0'])
    for (const link of ['lo', 'eth0']) await mustRun('ip', ['-n', WORLD, 'link', 'set', link, 'up'])
    registry = await startRegistry()
    engine = await startRootless({ resolvConf: `nameserver ${LOOPBACK_RESOLVER}\n` })
    api = new Client(engine.socket)
    await giveImage(engine, registry)
    const { Warnings } = (await api.get('/info')).json<{ Warnings: string[] }>()
    expect(Warnings.join('\n'), engine.log()).not.toContain('nothing beyond this host')
  })
  afterAll(async () => {
    await engine?.stop()
    await registry?.stop()
    await run('ip', ['netns', 'del', WORLD])
  })
  const say = async (command: string, body: object = {}) => {
    const id = await start(api, { Cmd: ['sh', '-c', command], ...body })
    await api.post(`/containers/${id}/wait`)
    return logOf(api, id)
  }

  test('a container reaches the world by TCP and UDP, DNS included', async () => {
    const server = inWorld(
      `require('net').createServer((s) => s.end('tcp\\n')).listen(7001)
${dnsServer('0.0.0.0')}`,
    )
    try {
      await server.up
      expect(await say(`nc -w 5 ${THERE} 7001 < /dev/null`)).toBe('tcp\n')
      const answer = await say('nslookup web.example', { HostConfig: { Dns: [THERE] } })
      expect(answer).toContain('192.0.2.7')
    } finally {
      server.stop()
    }
  })

  test('names are found where the host’s only resolver is on its loopback', async () => {
    const server = nodeIn([], dnsServer(LOOPBACK_RESOLVER))
    try {
      await server.up
      expect(await say('nslookup web.example')).toContain('192.0.2.7')
    } finally {
      server.stop()
    }
  })

  test('the host’s loopback is not to be reached', async () => {
    const port = await freePort()
    const server = createTcp((socket) => socket.end('secret\n')).listen(port, '127.0.0.1')
    try {
      const gateways =
        'for a in 127.0.0.1 $(ip route | sed -n "s/default via \\([0-9.]*\\).*/\\1/p") 169.254.1.1; do'
      expect(await say(`${gateways} nc -w 1 $a ${port} < /dev/null; done; echo end`)).toBe('end\n')
    } finally {
      server.close()
    }
  })

  test('a published port carries much, both ways, and UDP, to every address of the host [03.03]', async () => {
    const [tcp, udp] = [await freePort(), await freePort()]
    const server = await start(api, {
      Cmd: ['nc', '-ll', '-p', '80', '-e', 'cat'],
      HostConfig: {
        PortBindings: { '80/tcp': [{ HostPort: String(tcp) }], '53/udp': [{ HostPort: String(udp) }] },
      },
    })
    // busybox has no UDP server: one of ours, in the container's network.
    const { Pid } = await stateOf(api, server)
    const echoes = nodeIn(
      ['nsenter', '-t', String(Pid), '-n'],
      `const u = require('dgram').createSocket('udp4')
      u.on('message', (m, from) => u.send(m, from.port, from.address))
      u.bind(53, () => console.log('up'))`,
    )
    try {
      await echoes.up
      const echo = (address: string) =>
        `const s = require('net').connect(${tcp}, '${address}'); let n = 0
        s.on('data', (b) => { n += b.length }); s.on('end', () => console.log(n))
        s.end(Buffer.alloc(20000000))`
      const ask = (address: string) =>
        `const u = require('dgram').createSocket('udp4')
        u.on('message', (m, from) => { console.log(String(m), from.address); u.close() })
        u.send('one', ${udp}, '${address}'); setTimeout(() => process.exit(1), 5000).unref()`
      const here = (code: string) => mustRun(process.execPath, ['-e', code])
      const there = (code: string) => mustRun('ip', ['netns', 'exec', WORLD, process.execPath, '-e', code])
      expect(await here(echo('127.0.0.1'))).toBe('20000000\n')
      expect(await there(echo(HERE))).toBe('20000000\n')
      expect(await here(ask('127.0.0.1'))).toBe('one 127.0.0.1\n')
      expect(await there(ask(HERE))).toBe(`one ${HERE}\n`)
    } finally {
      echoes.stop()
    }
    await api.delete(`/containers/${server}?force=1`)
    const gone = await run(process.execPath, ['-e', `require('net').connect(${tcp}, '127.0.0.1')`])
    expect(gone.stderr).toContain('ECONNREFUSED')
  })

  test('a container reaches another’s published port by the host’s address', async () => {
    const port = await freePort()
    const server = await start(api, {
      Cmd: ['sh', '-c', 'while :; do echo here | nc -l -p 80; done'],
      HostConfig: { PortBindings: { '80/tcp': [{ HostPort: String(port) }] } },
    })
    expect((await stateOf(api, server)).Running).toBe(true)
    const address = (await sh('ip -4 route get 192.0.2.255 | sed -n "s/.* src \\([0-9.]*\\).*/\\1/p"')).trim()
    await until('the server', async () => (await say(`nc -w 2 ${address} ${port} < /dev/null`)) === 'here\n')
  })
})

/** Answers every question for an address with 192.0.2.7 (RFC 1035, 4.1). */
function dnsServer(address: string): string {
  return `const u = require('dgram').createSocket('udp4')
    u.on('message', (m, from) => {
      const end = m.indexOf(0, 12) + 5
      const head = Buffer.from([m[0], m[1], 0x81, 0x80, 0, 1, 0, m[end - 3] === 1 ? 1 : 0, 0, 0, 0, 0])
      const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 7])
      const answer = m[end - 3] === 1 ? [head, m.subarray(12, end), record] : [head, m.subarray(12, end)]
      u.send(Buffer.concat(answer), from.port, from.address)
    })
    u.bind(53, '${address}', () => console.log('up'))`
}

async function sh(script: string): Promise<string> {
  return (await run('sh', ['-c', script])).stdout
}

/** A program of Node in some namespace; `up` resolves with its first words. */
function nodeIn(into: readonly string[], code: string): { readonly up: Promise<unknown>; stop(): void } {
  const [program = '', ...args] = [...into, process.execPath, '-e', code]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  return { up: once(child.stdout, 'data'), stop: () => void child.kill('SIGKILL') }
}

function inWorld(code: string) {
  return nodeIn(['ip', 'netns', 'exec', WORLD], code)
}
