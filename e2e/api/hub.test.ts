import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { startDockerd } from '../fixtures/dockerd.ts'
import { startEmbedded, verify } from '../fixtures/embedded.ts'
import { startRootless } from '../fixtures/embedded-rootless.ts'
import type { RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { HUB_ACCOUNT, type Hub, type HubScript, startHub } from '../fixtures/hub.ts'
import { hostArchitecture, makeImage, makeIndex } from '../fixtures/oci.ts'
import { tar } from '../fixtures/tar.ts'
import { credentials, declareDifferences, expectError } from './suite.ts'

const layers = [1, 2, 3, 4].map((n) => tar([{ path: `part-${n}`, content: randomBytes(40_000) }]))
const whole = makeImage(layers, { Cmd: ['true'] })
const attested = makeIndex(
  [
    {
      image: makeImage(layers.slice(0, 1), { Cmd: ['true'] }, 'oci', { architecture: 's390x' }),
      platform: { os: 'linux', architecture: 's390x' },
    },
    {
      image: makeImage(layers.slice(0, 2), { Cmd: ['true'] }, 'oci'),
      platform: { os: 'linux', architecture: hostArchitecture },
    },
  ],
  { attested: true },
)
const IMAGES: HubScript['images'] = {
  'library/schooner:latest': whole,
  'library/schooner:3': attested,
  'library/sloop:1': makeImage(layers.slice(1, 3), { Cmd: ['true'] }, 'oci', { compression: 'zstd' }),
  [`${HUB_ACCOUNT.username}/secret:1`]: whole,
}
/** X-Registry-Auth as docker's CLI sends it for Docker Hub. */
const account = credentials(HUB_ACCOUNT.username, HUB_ACCOUNT.password, 'https://index.docker.io/v1/')

/** An engine that finds a Hub of ours under the real names. */
async function engineFor(name: string, hub: Hub): Promise<RunningEngine> {
  if (name === 'embedded') return startEmbedded({ env: hub.env })
  if (name === 'rootless') return startRootless({ env: hub.env })
  const engine = await startDockerd()
  await engine.terminate()
  await engine.start(hub.env)
  return engine
}

const NAMES = ['embedded', 'rootless', 'dockerd'] as const
const named = NAMES.filter((each) => inject('engines').some((one) => one.name === each))
// Its registries are named in files of its own, not by a proxy and a certificate of its environment.
test.runIf(named.length === 0)('Docker Hub is scripted for Docker and Longshore, not for podman', () => {
  expect(named).toEqual([])
})
for (const name of named) {
  describe(`Docker Hub on ${name}`, () => {
    declareDifferences('Docker Hub', name)
    let hub: Hub
    let engine: RunningEngine
    let api: Client
    const start = async (script: Partial<HubScript> = {}) => {
      hub = await startHub({ images: IMAGES, ...script })
      engine = await engineFor(name, hub)
      api = new Client(engine.socket)
    }
    const stop = async () => {
      expect(hub.leaks).toEqual([])
      if (name === 'embedded') expect(await verify(engine.root)).toMatchObject({ code: 0 })
      await engine.stop()
      await hub.stop()
    }
    const pull = async (query: string, headers = {}) =>
      (await api.post(`/images/create?${query}`, undefined, { headers })).text

    describe('as it is', () => {
      beforeAll(() => start())
      afterAll(() => stop())
      afterEach(async () => {
        await api.post(`/images/prune?filters=${encodeURIComponent('{"dangling":["false"]}')}`)
      })

      test('a short name is that of an official image there [06.01]', async () => {
        const said = await pull('fromImage=schooner&tag=latest')
        expect(said).toContain('"status":"Pulling from library/schooner"')
        expect(said).toContain('Status: Downloaded newer image for schooner:latest')
        const image = (await api.get('/images/schooner/json')).json()
        expect(image).toMatchObject({
          Id: whole.config.digest,
          RepoTags: ['schooner:latest'],
          RepoDigests: [`schooner@${whole.manifest.digest}`],
        })
        expect(hub.requests).toContain('CONNECT registry-1.docker.io:443')
        expect(hub.requests.some((line) => line.startsWith('GET production.cloudflare.docker.com/'))).toBe(
          true,
        )
        for (const other of ['docker.io/schooner', 'docker.io/library/schooner', 'library/schooner:latest'])
          expect((await api.get(`/images/${other}/json`)).json()).toMatchObject({ Id: whole.config.digest })
      })

      test('of an index with attestations, what runs here is taken [06.01]', async () => {
        expect(await pull('fromImage=schooner&tag=3')).toContain(`Digest: ${attested.index.digest}`)
        expect((await api.get('/images/schooner:3/json')).json()).toMatchObject({
          Id: attested.images[1]?.config.digest,
          RepoDigests: [`schooner@${attested.index.digest}`],
        })
      })

      test('all tags of a repository [06.02]', async () => {
        await pull('fromImage=schooner')
        const list = (await api.get('/images/json')).json<{ RepoTags: string[] }[]>()
        expect(list.flatMap(({ RepoTags }) => RepoTags).toSorted()).toEqual(['schooner:3', 'schooner:latest'])
      })

      test('layers of zstd [06.01]', async () => {
        expect(await pull('fromImage=sloop&tag=1')).toContain('Status: Downloaded newer image for sloop:1')
      })

      test('what is private is for its owner alone [06.07] [06.08]', async () => {
        const query = `fromImage=${HUB_ACCOUNT.username}/secret&tag=1`
        const denied = await api.post(`/images/create?${query}`)
        expectError(
          denied,
          404,
          new RegExp(
            `^pull access denied for ${HUB_ACCOUNT.username}/secret, repository does not exist or may require 'docker login': denied: requested access to the resource is denied$`,
          ),
        )
        expect(await pull(query, account)).toContain('Status: Downloaded newer image')
      })

      test('a password is traded for a token, and the token pulls [06.08]', async () => {
        const ask = { ...HUB_ACCOUNT, serveraddress: 'https://index.docker.io/v1/' }
        const answer = await api.post('/auth', ask)
        expect(answer.json()).toEqual({ Status: 'Login Succeeded', IdentityToken: 'for-later' })
        expectError(
          await api.post('/auth', { ...ask, password: 'astray' }),
          [401, 500],
          /incorrect username or password/,
        )
        const identity = Buffer.from(JSON.stringify({ identitytoken: 'for-later' })).toString('base64')
        const said = await pull(`fromImage=${HUB_ACCOUNT.username}/secret&tag=1`, {
          'X-Registry-Auth': identity,
        })
        expect(said).toContain('Status: Downloaded newer image')
      })

      test('search finds names, official or starred [06.05]', async () => {
        const search = async (query: string) =>
          (await api.get(`/images/search?${query}`)).json<{ name: string }[]>().map((find) => find.name)
        expect(await search('term=schooner')).toEqual(['schooner'])
        expect(await search('term=s&limit=1')).toHaveLength(1)
        const filters = encodeURIComponent(JSON.stringify({ 'is-official': ['false'] }))
        expect(await search(`term=s&filters=${filters}`)).toEqual([`${HUB_ACCOUNT.username}/secret`])
        const stars = encodeURIComponent(JSON.stringify({ stars: ['50'] }))
        expect((await search(`term=s&filters=${stars}`)).toSorted()).toEqual(['schooner', 'sloop'])
        expectError(
          await api.get('/images/search?term=s&limit=101'),
          [400, 500],
          /outside the range of \[1, 100\]/,
        )
      })

      test('pushed with a token for writing, borrowing what the Hub has [06.04]', async () => {
        await pull('fromImage=schooner&tag=latest')
        await api.post(`/images/schooner/tag?repo=${HUB_ACCOUNT.username}/own&tag=1`)
        const push = (headers: Record<string, string>) =>
          api.post(`/images/${HUB_ACCOUNT.username}/own/push?tag=1`, undefined, { headers })
        expect((await push(credentials('', '', ''))).text).toMatch(/denied|unauthorized/)
        const said = await push(account)
        expect(said.text).toMatch(/Mounted from (library\/schooner|skipper\/secret)/)
        expect(said.text).toMatch(/1: digest: sha256:[0-9a-f]{64} size: \d+/)
        await api.delete(`/images/${HUB_ACCOUNT.username}/own:1`)
        expect(await pull(`fromImage=${HUB_ACCOUNT.username}/own&tag=1`, account)).toContain('Status: ')
      })

      test('is described without a pull [06.09]', async () => {
        expect((await api.get('/distribution/schooner:3/json')).json()).toMatchObject({
          Descriptor: { digest: attested.index.digest },
        })
      })
    })

    test('429 with Retry-After is waited out, or its words passed on [06.07]', async () => {
      await start({ tooMany: 2 })
      onTestFinished(() => stop())
      const said = await pull('fromImage=schooner&tag=latest')
      expect(said).toMatch(
        /Status: Downloaded newer image|toomanyrequests: You have reached your pull rate limit/,
      )
    })

    test('a token that runs out in the middle of a pull is got anew [06.07]', async () => {
      await start({ tokenUses: 2 })
      onTestFinished(() => stop())
      expect(await pull('fromImage=schooner&tag=latest')).toContain('Status: Downloaded newer image')
      expect(hub.requests.filter((line) => line.includes('auth.docker.io/token')).length).toBeGreaterThan(2)
    })
  })
}
