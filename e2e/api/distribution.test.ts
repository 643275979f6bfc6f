import { afterAll, beforeAll, expect, test } from 'vitest'
import { busyboxImage } from '../fixtures/images.ts'
import { hostArchitecture, makeImage, makeIndex, pushImage, pushIndex } from '../fixtures/oci.ts'
import { ACCOUNT, type Registry, startRegistry } from '../fixtures/registry.ts'
import { tar } from '../fixtures/tar.ts'
import { credentials, expectError, onEachEngine } from './suite.ts'

const only = (name: string, architecture: string) =>
  makeImage([tar([{ path: name, content: name }])], { Cmd: ['true'] }, 'oci', { architecture })
const attested = makeIndex(
  [
    { image: only('here', hostArchitecture), platform: { os: 'linux', architecture: hostArchitecture } },
    { image: only('there', 's390x'), platform: { os: 'linux', architecture: 's390x' } },
  ],
  { attested: true },
)

onEachEngine('distribution', ({ api, registry }) => {
  let guarded: Registry
  beforeAll(async () => {
    guarded = await startRegistry({ auth: true })
    const account = `${ACCOUNT.username}:${ACCOUNT.password}`
    await pushImage(guarded.host, 'kept/secret', '1', busyboxImage(), account)
    await pushIndex(registry, 'many', 'all', attested)
    await pushImage(registry, 'single', '1', busyboxImage())
  })
  afterAll(() => guarded.stop())

  test('an index is described with its platforms, without a pull [06.09]', async () => {
    const answer = await api.get(`/distribution/${registry}/many:all/json`)
    expect(answer.status, answer.text).toBe(200)
    const { index } = attested
    expect(answer.json()).toEqual({
      Descriptor: expect.objectContaining({
        mediaType: index.mediaType,
        digest: index.digest,
        size: index.bytes.length,
      }),
      Platforms: [
        { os: 'linux', architecture: hostArchitecture },
        { os: 'linux', architecture: 's390x' },
        ...[1, 2].map(() => ({ os: 'unknown', architecture: 'unknown' })),
      ],
    })
    expect((await api.get(`/images/${registry}/many:all/json`)).status).toBe(404)
  })

  test('a single image is described with the platform of its config [06.09]', async () => {
    expect((await api.get(`/distribution/${registry}/single:1/json`)).json()).toMatchObject({
      Descriptor: { mediaType: 'application/vnd.docker.distribution.manifest.v2+json' },
      Platforms: [{ os: 'linux', architecture: hostArchitecture }],
    })
  })

  test('what is not there or not for everybody is an error [06.09]', async () => {
    const unknown = await api.get(`/distribution/${registry}/nobody:1/json`)
    expectError(unknown, [404, 500], /manifest.*unknown|not found/)
    const path = `/distribution/${guarded.host}/kept/secret:1/json`
    expectError(await api.get(path), [401, 403, 404, 500], /no basic auth|unauthorized|denied/)
    const headers = credentials(ACCOUNT.username, ACCOUNT.password, guarded.host)
    expect((await api.get(path, { headers })).status).toBe(200)
  })
})
