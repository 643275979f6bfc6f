import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startRootless } from '../fixtures/embedded-rootless.ts'
import { decodeFrames } from '../fixtures/frames.ts'
import { Client } from '../fixtures/http.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { until } from '../fixtures/processes.ts'
import { engineCommand, giveBox, type OwnDaemon, startDaemon } from './daemon.ts'

describe('daemon.json', () => {
  let daemon: OwnDaemon
  const profile = path.join(freshFolder('seccomp'), 'profile.json')

  beforeAll(async () => {
    // All calls are allowed but one, so that it shows which profile is at work.
    writeFileSync(
      profile,
      JSON.stringify({
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
      }),
    )
    daemon = await startDaemon({
      'default-ulimits': { nofile: { Name: 'nofile', Soft: 111, Hard: 222 } },
      'default-shm-size': '32m',
      'default-ipc-mode': 'shareable',
      'log-opts': { 'max-size': '1m' },
      'no-new-privileges': true,
      'seccomp-profile': profile,
      init: true,
      labels: ['tier=test'],
      'insecure-registries': ['registry.example:5000', '10.0.0.0/8'],
      'registry-mirrors': ['https://mirror.example'],
      'live-restore': false,
    })
    await giveBox(daemon.api)
  })
  afterAll(async () => {
    rmSync(path.dirname(profile), { recursive: true })
    await daemon.stop()
  })

  const output = async (HostConfig: object, script: string) => {
    const id = await daemon.start({
      Cmd: ['sh', '-c', script],
      HostConfig: { NetworkMode: 'none', ...HostConfig },
    })
    await daemon.api.post(`/containers/${id}/wait`)
    const log = await daemon.api.get(`/containers/${id}/logs?stdout=1&stderr=1`)
    const lines = decodeFrames(log.body)
      .map(({ text }) => text)
      .join('')
    return {
      id,
      lines,
      host: (await daemon.api.get(`/containers/${id}/json`)).json<{ HostConfig: object }>().HostConfig,
    }
  }

  test('what it sets holds for containers that say nothing [25.03] [25.06] [25.07]', async () => {
    const script =
      'ulimit -Sn; ulimit -Hn; df -k /dev/shm | tail -1; grep NoNewPrivs /proc/self/status; cat /proc/1/comm; mkdir /x'
    const { lines, host } = await output({}, script)
    expect(lines).toMatch(/^111\n222\n.* 32768 .*\nNoNewPrivs:\s*1\n/)
    expect(lines).not.toMatch(/\nsh\n/)
    expect(lines).toContain("can't create directory '/x': Operation not permitted")
    expect(host).toMatchObject({
      ShmSize: 32 * 1024 * 1024,
      IpcMode: 'shareable',
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
    })
  })

  test('and gives way to what a container says itself', async () => {
    const { lines, host } = await output(
      {
        Ulimits: [{ Name: 'nofile', Soft: 50, Hard: 60 }],
        ShmSize: 1 << 20,
        Init: false,
        SecurityOpt: ['no-new-privileges:false', 'seccomp=unconfined'],
        LogConfig: { Type: 'json-file', Config: { 'max-size': '2m' } },
      },
      'ulimit -Sn; grep NoNewPrivs /proc/self/status; cat /proc/1/comm; mkdir /x && echo made',
    )
    expect(lines).toMatch(/^50\nNoNewPrivs:\s*0\nsh\nmade\n$/)
    expect(host).toMatchObject({ ShmSize: 1 << 20, LogConfig: { Config: { 'max-size': '2m' } } })
  })

  test('info tells of it', async () => {
    const info = (await daemon.api.get('/info')).json<Record<string, unknown>>()
    expect(info).toMatchObject({
      Labels: ['tier=test'],
      LiveRestoreEnabled: false,
      RegistryConfig: {
        InsecureRegistryCIDRs: expect.arrayContaining(['10.0.0.0/8', '127.0.0.0/8']),
        IndexConfigs: {
          'registry.example:5000': { Name: 'registry.example:5000', Secure: false, Official: false },
        },
        Mirrors: ['https://mirror.example/'],
      },
    })
  })
})

describe('an engine refuses to start on', () => {
  const refused = async (config: unknown, args: readonly string[] = []) => {
    const file = path.join(freshFolder('config'), 'daemon.json')
    writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config, null, 2))
    const { code, stderr, stdout } = await engineCommand([
      '--config-file',
      file,
      '--root',
      path.dirname(file),
      ...args,
    ])
    rmSync(path.dirname(file), { recursive: true })
    return { code, said: stderr + stdout, file }
  }

  test('an unknown key, with its line and what was meant [25.03]', async () => {
    const { code, said, file } = await refused({ debug: true, 'dns-serch': ['x'] })
    expect(code).toBe(1)
    expect(said).toBe(
      `longshore engine: unable to configure the engine with file ${file}: the following directives don't match any ` +
        'configuration option: dns-serch (line 3; did you mean "dns-search"?)\n',
    )
  })

  test('a key that is a flag as well, in Docker’s words [25.03]', async () => {
    const { code, said } = await refused({ 'shutdown-timeout': 5 }, ['--shutdown-timeout', '6'])
    expect(code).toBe(1)
    expect(said).toContain(
      'the following directives are specified both as a flag and in the configuration file: ' +
        'shutdown-timeout: (from flag: 6, from file: 5)',
    )
  })

  test('a key of Docker’s that it does not take, with the reason', async () => {
    const { code, said } = await refused({ 'selinux-enabled': true })
    expect(code).toBe(1)
    expect(said).toContain('"selinux-enabled" (line 2) cannot be set: labels of SELinux are not supported')
  })

  test('broken JSON, and a file that is not there [25.06]', async () => {
    expect((await refused('{"debug": tru')).said).toContain('it is no valid JSON')
    const missing = await engineCommand(['--config-file', '/nowhere/daemon.json'])
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no such file') })
  })

  test('and "config" says what flags and file come to, without starting anything [25.07]', async () => {
    const said = await engineCommand(['config', '--root', '/somewhere', '--mtu', '1400', '--icc=false'])
    expect(said.code, said.stderr).toBe(0)
    expect(JSON.parse(said.stdout)).toMatchObject({
      paths: { root: '/somewhere' },
      settings: { network: { mtu: 1400, icc: false } },
    })
  })
})

test('a user’s own file is read from that user’s folder, and SIGHUP reads it again [25.04] [25.15]', async () => {
  const home = freshFolder('xdg')
  chmodSync(home, 0o755)
  const file = path.join(home, 'longshore/daemon.json')
  mkdirSync(path.dirname(file))
  const configure = (label: string) =>
    writeFileSync(file, JSON.stringify({ labels: [label] }), { mode: 0o644 })
  configure('of=user')
  const engine = await startRootless({ env: { XDG_CONFIG_HOME: home } })
  try {
    const labels = async () =>
      (await new Client(engine.socket).get('/info')).json<{ Labels: string[] }>().Labels
    expect(await labels()).toEqual(['of=user'])
    configure('of=somebody')
    process.kill(engine.pid(), 'SIGHUP')
    await until('the reload', async () => (await labels())[0] === 'of=somebody')
  } finally {
    await engine.stop()
    rmSync(home, { recursive: true })
  }
})
