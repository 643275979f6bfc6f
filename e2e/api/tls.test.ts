import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Authority, makeAuthority } from '../fixtures/authority.ts'
import { startEmbedded } from '../fixtures/embedded.ts'
import { Client } from '../fixtures/http.ts'
import { busyboxImage } from '../fixtures/images.ts'
import { pushImage } from '../fixtures/oci.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { type RegistryOptions, startRegistry } from '../fixtures/registry.ts'
import { credentials, onEachEngine } from './suite.ts'

/** An address of this machine that is not its own alone: nobody trusts it unless told to. */
const address = Object.values(networkInterfaces())
  .flat()
  .find((one) => one && !one.internal && one.family === 'IPv4')?.address

onEachEngine('registries with certificates', (subject) => {
  const { api } = subject
  const folder = freshFolder('tls')
  let authority: Authority
  beforeAll(() => {
    authority = makeAuthority(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** A registry, and the outcome of pushing busybox to it: a digest, or the words of the error. */
  async function started(options: RegistryOptions) {
    const registry = await startRegistry(options)
    onTestFinished(() => registry.stop())
    const push = async () => {
      await api.post(`/images/${subject.busybox}/tag?repo=${registry.host}/app&tag=1`)
      const headers = credentials('', '', '')
      const answer = await api.post(`/images/${registry.host}/app/push?tag=1`, undefined, { headers })
      await api.delete(`/images/${registry.host}/app:1`)
      const last = answer.lines<{ error?: string; aux?: { Digest: string } }>().at(-1)
      return last?.error ?? last?.aux?.Digest ?? answer.text
    }
    return { host: registry.host, push }
  }
  /** The folder where dockerd's users put certificates of a registry. */
  function certificates(host: string, files: Readonly<Record<string, string | Buffer>>): void {
    // That of a user is below the home that the engine's data is in.
    const home = path.resolve(subject.engine.root, '../..')
    const certs = subject.name === 'rootless' ? path.join(home, '.config') : '/etc'
    const place = path.join(certs, 'docker/certs.d', host)
    mkdirSync(place, { recursive: true })
    onTestFinished(() => rmSync(place, { recursive: true, force: true }))
    for (const [name, content] of Object.entries(files)) writeFileSync(path.join(place, name), content)
  }
  const authorityFile = () => readFileSync(authority.file)

  test('on this machine any certificate will do [06.07]', async () => {
    const { push } = await started({ tls: authority.issue(['elsewhere.test']) })
    expect(await push()).toMatch(/^sha256:/)
  })

  test.runIf(address)('elsewhere http is refused, saying what to do [06.07]', async () => {
    const { push } = await started({ address: address ?? '' })
    expect(await push()).toMatch(/server gave HTTP response to HTTPS client/)
  })

  test.runIf(address)(
    'elsewhere an unknown authority is refused, and a known one taken [06.07]',
    async () => {
      const { host, push } = await started({ address: address ?? '', tls: authority.issue([address ?? '']) })
      expect(await push()).toMatch(/x509/)
      certificates(host, { 'ca.crt': authorityFile() })
      expect(await push()).toMatch(/^sha256:/)
    },
  )

  test.runIf(address)('a client’s certificate is shown to who asks for one [06.07]', async () => {
    const tls = { ...authority.issue([address ?? '']), clients: authority.file }
    const { host, push } = await started({ address: address ?? '', tls })
    certificates(host, { 'ca.crt': authorityFile() })
    expect(await push()).toMatch(/certificate|alert|connection/i)
    const { key, cert } = authority.issue(['client.test'])
    certificates(host, { 'client.key': key, 'client.cert': cert })
    expect(await push()).toMatch(/^sha256:/)
  })

  test.runIf(address && subject.name === 'embedded')(
    'one that is declared insecure may speak http, and mirrors are asked first [06.07]',
    async () => {
      const plain = await startRegistry({ address: address ?? '' })
      onTestFinished(() => plain.stop())
      await pushImage(plain.host, 'library/mirrored', '1', busyboxImage())
      const engine = await startEmbedded({
        args: ['--insecure-registry', `${address}/32`, '--registry-mirror', `http://${plain.host}`],
      })
      onTestFinished(() => engine.stop())
      const own = new Client(engine.socket)
      for (const name of ['mirrored', `${plain.host}/library/mirrored`]) {
        const pull = await own.post(`/images/create?fromImage=${name}&tag=1`)
        expect(pull.text).toContain(`for ${name}:1`)
      }
    },
  )
})
