import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DockerCli, findDockerClis } from '../fixtures/docker-cli.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { freePort, run, until } from '../fixtures/processes.ts'
import { type Certificates, makeCertificates } from './certificates.ts'
import { BOX, engineCommand, giveBox, type OwnDaemon, startDaemon } from './daemon.ts'

const [cli] = (await findDockerClis()) as [DockerCli]
const folder = freshFolder('tls')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The docker CLI at an address; `env` says how it shows who it is. */
const docker = (
  address: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
) =>
  run(cli.path, ['-H', address, ...args], {
    env: { DOCKER_CONFIG: path.join(folder, 'config'), ...env },
    input,
    timeoutMs: 20_000,
  })

describe(`TLS, docker CLI ${cli.version}`, () => {
  let daemon: OwnDaemon
  let certificates: Certificates
  let address: string
  const as = (who: 'client' | 'stranger') => ({ DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates[who] })

  beforeAll(async () => {
    certificates = await makeCertificates(folder)
    address = `tcp://127.0.0.1:${await freePort()}`
    daemon = await startDaemon({
      hosts: [address],
      tlsverify: true,
      tlscacert: certificates.ca,
      tlscert: certificates.cert,
      tlskey: certificates.key,
    })
    await giveBox(daemon.api)
  })
  afterAll(() => daemon.stop())

  test('a client with our certificate does everything, streams included [01.08] [25.12]', async () => {
    const ran = await docker(
      address,
      ['run', '--rm', '-i', '--network', 'none', BOX, 'sh', '-c', 'cat; echo to-stderr >&2; exit 7'],
      as('client'),
      'through TLS\n',
    )
    expect(ran).toEqual({ code: 7, stdout: 'through TLS\n', stderr: 'to-stderr\n' })
    // Half-closing and upgrading work there as they do on the unix socket.
    const id = await daemon.start({ Cmd: ['sleep', '60'], HostConfig: { NetworkMode: 'none' } })
    const exec = await docker(address, ['exec', '-i', id, 'wc', '-c'], as('client'), 'x'.repeat(300_000))
    expect(exec).toMatchObject({ code: 0, stdout: '300000\n' })
  })

  test('both listeners serve one engine, and neither is warned of', async () => {
    const over = await docker(address, ['info', '--format', '{{.ID}} {{.Warnings}}'], as('client'))
    const unix = await docker(`unix://${daemon.engine.socket}`, ['info', '--format', '{{.ID}} {{.Warnings}}'])
    expect(over.stdout).toBe(unix.stdout)
    expect(over.stdout).not.toContain('API is accessible')
  })

  test('who has no certificate of ours gets no further than the handshake [01.08]', async () => {
    const nobody = await docker(address, ['ps'], { DOCKER_TLS_VERIFY: '', DOCKER_TLS: '1' })
    expect(nobody.code).not.toBe(0)
    const stranger = await docker(address, ['--tlscacert', certificates.ca, 'ps'], as('stranger'))
    expect(stranger.code).not.toBe(0)
    const plain = await docker(address, ['ps'])
    expect(plain.code).not.toBe(0)
    expect((await docker(address, ['ps', '-q'], as('client'))).code).toBe(0)
  })
})

test('SIGHUP reads the certificates again, for connections to come [01.08] [25.15]', async () => {
  const [first, second] = await Promise.all([
    makeCertificates(path.join(folder, 'first')),
    makeCertificates(path.join(folder, 'second-authority')),
  ])
  const own = path.join(folder, 'renewed')
  mkdirSync(own)
  const put = ({ ca, cert, key }: Certificates) => {
    for (const [name, file] of Object.entries({ ca, cert, key })) cpSync(file, path.join(own, name))
  }
  put(first)
  const address = `tcp://127.0.0.1:${await freePort()}`
  const files = {
    tlscacert: path.join(own, 'ca'),
    tlscert: path.join(own, 'cert'),
    tlskey: path.join(own, 'key'),
  }
  const daemon = await startDaemon({ hosts: [address], tlsverify: true, ...files })
  const ask = async ({ client }: Certificates) =>
    (await docker(address, ['ps', '-q'], { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: client })).code
  try {
    expect([await ask(first), (await ask(second)) === 0]).toEqual([0, false])
    put(second)
    process.kill(daemon.engine.pid(), 'SIGHUP')
    await until('the reload', () => daemon.engine.log().includes('SIGHUP: the configuration was read again'))
    expect([(await ask(first)) === 0, await ask(second)]).toEqual([false, 0])
  } finally {
    await daemon.stop()
  }
})

describe('TCP without certificates', () => {
  let badOnes = 0

  test('is refused, with what would be right [01.08]', async () => {
    const refused = await engineCommand(['--root', path.join(folder, 'r'), '-H', 'tcp://127.0.0.1:2375'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('set tlsverify with certificates')
    const everywhere = ['--root', path.join(folder, 'r'), '--insecure-tcp', '-H', 'tcp://0.0.0.0:2375']
    expect((await engineCommand(everywhere)).stderr).toContain(
      '--insecure-tcp is for addresses of this machine',
    )
  })

  test('may be on an address of this machine, and is warned of [01.08] [25.13]', async () => {
    const address = `tcp://127.0.0.1:${await freePort()}`
    const daemon = await startDaemon({}, ['--insecure-tcp', '-H', address])
    try {
      const info = await docker(address, ['info', '--format', '{{json .Warnings}}'])
      expect(info.stdout).toContain(`WARNING: API is accessible on ${address} without encryption`)
      expect(daemon.engine.log()).toContain('without encryption')
      const second = await engineCommand([
        '--root',
        path.join(folder, 'second'),
        '--insecure-tcp',
        '-H',
        address,
      ])
      expect(second).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`cannot listen on ${address}: something listens there already`),
      })
    } finally {
      await daemon.stop()
    }
  })

  test.each([
    ['a key that is not there', { tlskey: '/nowhere/key.pem' }, 'tlskey: /nowhere/key.pem cannot be read'],
    ['a file that is no certificate', { tlscert: 'JUNK' }, 'holds no certificate in PEM'],
    ['a key of another certificate', { tlskey: 'OTHER' }, 'cannot be used'],
  ])('%s is told plainly [01.08]', async (_, wrong, words) => {
    const made = await makeCertificates(path.join(folder, `bad-${badOnes++}`))
    const junk = path.join(folder, 'junk.pem')
    writeFileSync(junk, 'junk')
    const values = { tlscacert: made.ca, tlscert: made.cert, tlskey: made.key, ...wrong }
    const real = (value: string) =>
      value === 'JUNK' ? junk : value === 'OTHER' ? path.join(made.client, 'key.pem') : value
    const flags = Object.entries(values).map(([name, value]) => `--${name}=${real(value)}`)
    const address = `tcp://127.0.0.1:${await freePort()}`
    const said = await engineCommand([
      ...['--root', path.join(folder, 'bad'), '--socket', path.join(folder, 'bad.sock')],
      ...['-H', address, '--tlsverify', ...flags],
    ])
    expect(said).toMatchObject({ code: 1, stderr: expect.stringContaining(words) })
  })
})
