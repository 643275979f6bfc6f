import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Client } from '../fixtures/http.ts'
import { busyboxImage } from '../fixtures/images.ts'
import { hostArchitecture, makeImage, makeIndex, pushImage, pushIndex } from '../fixtures/oci.ts'
import { ACCOUNT, type Registry, startRegistry } from '../fixtures/registry.ts'
import { tar } from '../fixtures/tar.ts'
import { credentials, expectError } from './suite.ts'

const isOurs = ({ name }: { readonly name: string }) => name === 'embedded' || name === 'rootless'

for (const engine of inject('engines').filter((each) => !isOurs(each))) {
  test(`on ${engine.name} there is nothing of it, and a client is told so`, async () => {
    const { status } = await new Client(engine.socket, '').get(
      '/longshore/v1/registries/127.0.0.1:1/repositories',
    )
    expect(status).toBe(404)
  })
}

/** What Docker has no word for is asked of Longshore's engine alone. */
for (const engine of inject('engines').filter(isOurs)) {
  describe('looking into a registry', () => {
    const api = new Client(engine.socket, '')
    let guarded: Registry
    const image = makeImage([tar([{ path: 'here', content: 'here' }])], { Cmd: ['true'] }, 'oci')
    const platform = { os: 'linux', architecture: hostArchitecture }
    const headers = { ...credentials(ACCOUNT.username, ACCOUNT.password, '') }
    const account = `${ACCOUNT.username}:${ACCOUNT.password}`
    const at = (what: string, query = '') => `/longshore/v1/registries/${guarded.host}/${what}${query}`
    const index = makeIndex([{ image, platform }], { attested: true })
    beforeAll(async () => {
      guarded = await startRegistry({ auth: true })
      for (const name of ['fleet/one', 'fleet/two', 'solo'])
        await pushImage(guarded.host, name, '1', busyboxImage(), account)
      await pushImage(guarded.host, 'solo', '2', image, account)
      await pushIndex(guarded.host, 'many', 'all', index, account)
    })
    afterAll(() => guarded.stop())

    test('its repositories are listed, page by page [06.06]', async () => {
      const all = (await api.get(at('repositories'), { headers })).json()
      expect(all).toEqual({ repositories: ['fleet/one', 'fleet/two', 'many', 'solo'], next: null })
      const first = (await api.get(at('repositories', '?limit=3'), { headers })).json<{ next: string }>()
      expect(first).toEqual({ repositories: ['fleet/one', 'fleet/two', 'many'], next: 'many' })
      const second = await api.get(at('repositories', `?limit=3&last=${first.next}`), { headers })
      expect(second.json()).toEqual({ repositories: ['solo'], next: null })
    })

    test('its tags are listed [06.06]', async () => {
      const tags = await api.get(at('tags', '?repository=solo'), { headers })
      expect(tags.json<{ tags: string[] }>().tags.toSorted()).toEqual(['1', '2'])
      expectError(await api.get(at('tags', '?repository=nobody'), { headers }), 404, /nobody/)
    })

    test('an index shows platforms, sizes and attestations [06.09]', async () => {
      const path = at('manifest', '?repository=many&reference=all')
      const bytes = image.config.bytes.length + (image.layers[0]?.bytes.length ?? 0)
      expect((await api.get(path, { headers })).json()).toEqual({
        digest: index.index.digest,
        mediaType: index.index.mediaType,
        isIndex: true,
        annotations: {},
        manifests: [
          {
            digest: image.manifest.digest,
            mediaType: image.manifest.mediaType,
            kind: 'image',
            platform,
            sizeBytes: image.manifest.bytes.length + bytes,
            layers: 1,
            subject: null,
            predicates: [],
            annotations: {},
          },
          expect.objectContaining({
            kind: 'attestation',
            platform: null,
            subject: image.manifest.digest,
            predicates: ['https://slsa.dev/provenance/v1'],
          }),
        ],
      })
      const byDigest = at('manifest', `?repository=many&reference=${image.manifest.digest}`)
      expect((await api.get(byDigest, { headers })).json()).toMatchObject({
        isIndex: false,
        manifests: [{ kind: 'image', platform }],
      })
    })

    test('who has no account is told how to get in [06.06]', async () => {
      expectError(await api.get(at('repositories')), 401, /Sign in with 'docker login 127\.0\.0\.1:\d+'/)
    })

    test('a registry without search is searched by its catalogue [06.05]', async () => {
      const search = await api.get(`/images/search?term=${guarded.host}/fleet`, { headers })
      expect(search.json<{ name: string }[]>().map(({ name }) => name)).toEqual([
        `${guarded.host}/fleet/one`,
        `${guarded.host}/fleet/two`,
      ])
    })
  })
}
