/** Bases of a registry that asks for an account: each door brings the client's, and nobody else's. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findDockerClis } from '../fixtures/docker-cli.ts'
import { Client } from '../fixtures/http.ts'
import { run } from '../fixtures/processes.ts'
import { ACCOUNT, type Registry, startRegistry } from '../fixtures/registry.ts'
import { tar } from '../fixtures/tar.ts'
import { onEachBuilder } from './harness/cases.ts'

const config = mkdtempSync(path.join(os.tmpdir(), 'accounts-'))
let registry: Registry

beforeAll(async () => {
  registry = await startRegistry({ auth: true })
  const auth = Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString('base64')
  writeFileSync(path.join(config, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }))
})
afterAll(async () => {
  await registry.stop()
  rmSync(config, { recursive: true, force: true })
})

onEachBuilder('a base that is not for everybody', (builder) => {
  const api = new Client(builder.engine.socket)
  const account = { username: ACCOUNT.username, password: ACCOUNT.password }
  // Padded, as Go's decoder wants it.
  const header = (value: unknown) =>
    Buffer.from(JSON.stringify(value)).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
  const base = () => `${registry.host}/private:${builder.name}`
  const dockerfile = () => `FROM ${base()}\nENV PRIVATE=yes\n`
  /** Puts busybox there and takes the name away here, so that a build must ask. */
  const prepare = async () => {
    await api.post(`/images/busybox/tag?repo=${registry.host}/private&tag=${builder.name}`)
    const pushed = await api.post(`/images/${registry.host}/private/push?tag=${builder.name}`, undefined, {
      headers: { 'X-Registry-Auth': header(account) },
    })
    expect(pushed.text).not.toContain('"error"')
    expect((await api.delete(`/images/${base()}`)).status).toBe(200)
  }

  test('by the classic API with X-Registry-Config, and not without', async () => {
    await prepare()
    const body = tar([{ path: 'Dockerfile', content: dockerfile() }])
    const type = { 'Content-Type': 'application/x-tar' }
    const refused = await api.request('POST', '/build', { body, headers: type })
    expect(refused.text).toMatch(/unauthorized|authentication|no basic auth|denied/i)
    const headers = { ...type, 'X-Registry-Config': header({ [registry.host]: account }) }
    const built = await api.request('POST', '/build?t=private', { body, headers })
    expect(built.text).toContain('Successfully tagged private:latest')
  })

  test('by the session of docker CLI 20.10, which asks its own configuration', async () => {
    await prepare()
    const context = await builder.context({ Dockerfile: dockerfile() })
    const cli = (await findDockerClis()).find(({ version }) => version.startsWith('20.10.'))
    const build = (folder: string) =>
      run(cli?.path ?? '', ['build', '--progress=plain', '-t', 'private', context.path], {
        env: { DOCKER_HOST: `unix://${builder.engine.socket}`, DOCKER_BUILDKIT: '1', DOCKER_CONFIG: folder },
      })
    const refused = await build(context.beside)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/unauthorized|authentication|no basic auth|denied/i)
    expect(await build(config)).toMatchObject({ code: 0 })
  })
})
