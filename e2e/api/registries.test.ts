import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { busyboxImage, layeredImage } from '../fixtures/images.ts'
import { makeImage, pushImage } from '../fixtures/oci.ts'
import { delay, until } from '../fixtures/processes.ts'
import { ACCOUNT, type Registry, startRegistry } from '../fixtures/registry.ts'
import { type Script, startScriptedRegistry } from '../fixtures/scripted-registry.ts'
import { tar } from '../fixtures/tar.ts'
import { credentials, expectError, onEachEngine } from './suite.ts'

onEachEngine('registries', ({ api }) => {
  let guarded: Registry
  beforeAll(async () => {
    guarded = await startRegistry({ auth: true })
    await pushImage(guarded.host, 'x', '1', busyboxImage(), `${ACCOUNT.username}:${ACCOUNT.password}`)
  })
  afterAll(() => guarded.stop())

  test('a guarded one gives its image to those who have an account [06.07] [06.08]', async () => {
    const path = `/images/create?fromImage=${guarded.host}/x&tag=1`
    const allowed = await api.post(path, undefined, {
      headers: credentials(ACCOUNT.username, ACCOUNT.password, guarded.host),
    })
    expect(allowed.text).toContain('Status: Downloaded newer image')
    await api.delete(`/images/${guarded.host}/x:1?force=1`)
    for (const headers of [{}, credentials(ACCOUNT.username, 'wrong', guarded.host)]) {
      const refused = await api.post(path, undefined, { headers })
      expectError(
        refused,
        [401, 404, 500],
        /no basic auth credentials|unauthorized|authentication required|denied/i,
      )
    }
  })

  test('POST /auth says whether an account is right', async () => {
    const login = (password: string) =>
      api.post('/auth', { username: ACCOUNT.username, password, serveraddress: guarded.host })
    const right = await login(ACCOUNT.password)
    expect(right.status, right.text).toBe(200)
    expect(right.json()).toMatchObject({ Status: 'Login Succeeded' })
    expectError(await login('wrong'), [401, 500], /unauthorized|authentication|incorrect|denied/i)
  })

  const ways: readonly (readonly [string, Partial<Script>])[] = [
    ['asks for a token', { token: true }],
    ['has an index of platforms with an attestation', { index: true }],
    ['sends blobs from another host, which must not see the token', { token: true, redirect: true }],
  ]
  for (const [name, way] of ways) {
    test(`one that ${name} is pulled from`, async () => {
      const image = layeredImage('oci')
      const registry = await startScriptedRegistry({ images: { x: image }, ...way })
      try {
        const pull = await api.post(`/images/create?fromImage=${registry.host}/x&tag=1`)
        expect(pull.text).toContain('Status: Downloaded newer image')
        const stored = await api.get(`/images/${registry.host}/x:1/json`)
        expect(stored.json()).toMatchObject({ Id: image.config.digest, Architecture: 'amd64' })
        await api.delete(`/images/${registry.host}/x:1?force=1`)
      } finally {
        await registry.stop()
      }
    })
  }

  test('one that says 429 is tried again, or its words are passed on', async () => {
    const registry = await startScriptedRegistry({ images: { x: layeredImage('oci') }, tooMany: 1 })
    try {
      const pull = await api.post(`/images/create?fromImage=${registry.host}/x&tag=1`)
      expect(pull.text).toMatch(/Status: Downloaded newer image|toomanyrequests: slow down/)
      await api.delete(`/images/${registry.host}/x:1?force=1`)
    } finally {
      await registry.stop()
    }
  })

  test('a pull whose client goes away stops', async () => {
    const image = makeImage([tar([{ path: 'random', content: randomBytes(900_000) }])], { Cmd: ['true'] })
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const registry = await startScriptedRegistry({
      images: { x: image },
      hold: (digest) => (digest === image.config.digest ? Promise.resolve() : held),
    })
    try {
      const stream = await api.stream('POST', `/images/create?fromImage=${registry.host}/x&tag=1`)
      await until('the layer to be asked for', () =>
        registry.requests.some((request) => request.endsWith(image.layers[0]?.digest ?? '?')),
      )
      stream.abort()
      await delay(300)
      release()
      await delay(300)
      expect((await api.get(`/images/${registry.host}/x:1/json`)).status).toBe(404)
    } finally {
      await registry.stop()
    }
  })
})
