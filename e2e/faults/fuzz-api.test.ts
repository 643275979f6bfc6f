import { readdirSync, readFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { removeEverything } from '../fixtures/engine.ts'
import { top } from '../fixtures/paths.ts'
import { fuzz, mutated, pick, type Random, STRANGE } from './fuzzing.ts'
import { engineWithImage, expectSound, giveImage, IMAGE, start } from './harness.ts'

/** Bodies that are right; the fuzzer makes them wrong. */
const BODIES: readonly unknown[] = [
  {
    Image: IMAGE,
    Cmd: ['true'],
    Entrypoint: ['sh'],
    Env: ['A=b'],
    Labels: { a: 'b' },
    ExposedPorts: { '80/tcp': {} },
    Volumes: { '/v': {} },
    Healthcheck: { Test: ['CMD', 'true'], Interval: 1_000_000_000, Retries: 1 },
    StopSignal: 'SIGTERM',
    StopTimeout: 1,
    User: '0:0',
    WorkingDir: '/tmp',
    HostConfig: {
      Binds: ['fuzz:/data:ro'],
      Mounts: [{ Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 4096 } }],
      PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 1 },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
      Ulimits: [{ Name: 'nofile', Soft: 10, Hard: 20 }],
      Devices: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/x', CgroupPermissions: 'r' }],
      Tmpfs: { '/run': 'size=1m' },
      ExtraHosts: ['a:1.2.3.4'],
      Dns: ['1.1.1.1'],
      CapAdd: ['NET_ADMIN'],
      Sysctls: { 'net.core.somaxconn': '10' },
      SecurityOpt: ['no-new-privileges'],
      Memory: 64_000_000,
      NanoCpus: 1e9,
      PidsLimit: 10,
      ShmSize: 1e6,
      NetworkMode: 'none',
    },
    NetworkingConfig: {
      EndpointsConfig: { bridge: { Aliases: ['x'], IPAMConfig: { IPv4Address: '1.2.3.4' } } },
    },
  },
  { Cmd: ['true'], AttachStdout: true, Tty: false, Env: ['A=b'], User: 'root', WorkingDir: '/' },
  { Detach: true, Tty: false, ConsoleSize: [10, 20] },
  {
    Name: 'fuzz-net',
    Driver: 'bridge',
    IPAM: { Config: [{ Subnet: '10.99.0.0/24', Gateway: '10.99.0.1' }] },
    Options: { a: 'b' },
  },
  { Container: 'fuzz', EndpointConfig: { Aliases: ['a'], IPAMConfig: { IPv4Address: '10.99.0.9' } } },
  { Name: 'fuzz', Driver: 'local', DriverOpts: { type: 'tmpfs', device: 'tmpfs' }, Labels: { a: 'b' } },
  { username: 'a', password: 'b', serveraddress: '127.0.0.1:1' },
  { Memory: 64_000_000, CpuShares: 10, RestartPolicy: { Name: 'no' }, PidsLimit: 5 },
]
const NAMES =
  'all,limit,size,filters,stdout,stderr,stream,logs,stdin,follow,tail,since,until,timestamps,t,signal,force,v,link,condition,name,repo,tag,fromImage,fromSrc,platform,changes,comment,author,pause,container,path,noOverwriteDirNonDir,copyUIDGID,one-shot,w,h,ps_args,names,noprune,digests,shared-size,manifests,scope,verbose,term,type,detachKeys,quiet,version'.split(
    ',',
  )

/** Method and pattern of every route, from the text of the routers. */
const ROUTES = readdirSync(path.join(top, 'engine/server/routes')).flatMap((file) => {
  const text = readFileSync(path.join(top, 'engine/server/routes', file), 'utf8')
  return [...text.matchAll(/method: '(\w+)',\s*pattern: '([^']+)'/g)].map(
    ([, method = '', pattern = '']) => ({
      method,
      pattern,
    }),
  )
})

const { engine, api, registry } = await engineWithImage()

describe('nonsense on every route', () => {
  let running = ''

  function request(random: Random): { method: string; target: string; headers: string[]; body: Buffer } {
    const { method, pattern } = pick(random, ROUTES)
    const strange = () => {
      const value = pick(random, STRANGE)
      return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 3000)
    }
    const known = ['fuzz', running, IMAGE, 'bridge', 'none', 'host', 'faults/busybox']
    const name = () => encodeURIComponent(random(2) === 0 ? pick(random, known) : strange().toWellFormed())
    const query = Array.from({ length: random(4) }, () => `${pick(random, NAMES)}=${name()}`).join('&')
    const version = pick(random, ['/v1.41', '/v1.51', '/v1.24', '', '/v9.99', '/v1.x'])
    const target = `${version}${pattern.replaceAll(/\{\w+\*?\}/g, name)}${query === '' ? '' : `?${query}`}`
    const json = JSON.stringify(
      random(4) === 0 ? pick(random, STRANGE) : mutated(pick(random, BODIES), random),
    )
    const bodies = [
      json,
      json,
      json,
      json.slice(0, random(json.length + 1)),
      '',
      '\u0000\u0001',
      `[${'['.repeat(5000)}`,
    ]
    const body = Buffer.from(method === 'GET' || method === 'HEAD' ? '' : pick(random, bodies))
    const length = random(12) === 0 ? body.length + random(5) - 2 : body.length
    const type = pick(random, [
      'application/json',
      'application/x-tar',
      'text/plain',
      'application/json; charset=x',
      '',
    ])
    const headers = [
      `Host: ${pick(random, ['engine', '', 'a b'])}`,
      `Content-Type: ${type}`,
      'Connection: close',
    ]
    if (random(8) === 0) headers.push('Upgrade: tcp', 'Connection: Upgrade')
    if (random(6) === 0) headers.push(`X-Registry-Auth: ${Buffer.from(strange()).toString('base64')}`)
    if (random(10) === 0) headers.push(`Range: bytes=${random(99)}-x`, `Expect: 100-continue`)
    headers.push(random(12) === 0 ? 'Transfer-Encoding: chunked' : `Content-Length: ${Math.max(0, length)}`)
    return { method, target, headers, body }
  }

  test('is refused or understood: no defect, no crash, no hang of others', async () => {
    expect(ROUTES.length).toBeGreaterThan(70)
    let n = 0
    const wrong = await fuzz('fuzz-api', engine, async (random) => {
      // Whatever was asked may have taken it away.
      if (n++ % 100 === 0) {
        await removeEverything(engine.socket)
        await giveBack()
        running = await start(api, { Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: 'none' } })
        await api.post('/containers/create?name=fuzz', { Image: IMAGE, Cmd: ['true'] })
      }
      const { method, target, headers, body } = request(random)
      const head = `${method} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`
      const answer = await raw(engine.socket, Buffer.concat([Buffer.from(head), body]))
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)
      // 501 and 503 are the engine's own words: it cannot do this, or something outside does not answer.
      if (status < 500 || status === 501 || status === 503) return null
      const words = answer.slice(answer.indexOf('\r\n\r\n') + 4).slice(0, 400)
      return `${status} ${words.trim()} for ${method} ${target.slice(0, 300)} ${body.toString().slice(0, 1500)}`
    })
    await removeEverything(engine.socket)
    expect(wrong.join('\n')).toBe('')
    await expectSound(engine)
  }, 3_600_000)

  async function giveBack(): Promise<void> {
    if ((await api.get(`/images/${IMAGE}/json`)).status !== 200) await giveImage(engine, registry)
  }
})

/** Sends bytes; gives what came until the end, or what there is after a moment (a stream that goes on). */
function raw(socket: string, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let got = ''
    const stream = net.connect(socket, () => stream.write(bytes))
    const finish = () => {
      clearTimeout(timer)
      stream.destroy()
      resolve(got)
    }
    const timer = setTimeout(finish, 1500)
    stream.on('data', (chunk) => {
      if (got.length < 4000) got += chunk.toString('latin1')
      // An answer that goes on as a stream is a good one.
      if (/^HTTP\/1\.1 (101|200)/.test(got) && !/content-length/i.test(got)) finish()
    })
    stream.on('error', finish)
    stream.on('close', finish)
  })
}
