import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { Client } from '../fixtures/http.ts'
import { makeImage, pushImage } from '../fixtures/oci.ts'
import { tar } from '../fixtures/tar.ts'
import { onEachEngine } from './suite.ts'

onEachEngine('what images tell', (subject) => {
  const { api, registry } = subject
  const filters = (value: object) => encodeURIComponent(JSON.stringify(value))

  test('inspect has each field that clients of API 1.41 read [05.02]', async () => {
    const ref = await subject.pull('layered')
    const image = (await api.get(`/images/${ref}/json`)).json<Record<string, unknown>>()
    const { Container, ContainerConfig, GraphDriver, ...rest } = image
    expect(Object.keys(rest).toSorted()).toEqual(
      [
        ...[
          'Architecture',
          'Author',
          'Comment',
          'Config',
          'Created',
          'DockerVersion',
          'Id',
          'Metadata',
          'Os',
        ],
        ...['Parent', 'RepoDigests', 'RepoTags', 'RootFS', 'Size', 'VirtualSize'],
      ].toSorted(),
    )
    expect(typeof Container).toBe('string')
    expect(Object.keys(ContainerConfig as object).toSorted()).toEqual(
      expect.arrayContaining([
        'Cmd',
        'Entrypoint',
        'Env',
        'Hostname',
        'Image',
        'Labels',
        'User',
        'WorkingDir',
      ]),
    )
    expect(GraphDriver).toEqual({
      Name: 'overlay2',
      Data: expect.objectContaining({
        LowerDir: expect.stringMatching(/^\/.*:\//),
        UpperDir: expect.stringMatching(/^\//),
      }),
    })
    expect((image.Metadata as { LastTagTime: string }).LastTagTime).toMatch(/^\d{4}-\d\d-\d\dT/)
  })

  test('what has no name is called <none> before API 1.43, and nothing after [05.04]', async () => {
    const imported = await api.request('POST', '/images/create?fromSrc=-', {
      body: tar([{ path: 'nameless', content: randomBytes(20) }]),
      headers: { 'Content-Type': 'application/x-tar' },
    })
    const id = imported.lines<{ status: string }>().at(-1)?.status
    const row = async (client: Client) =>
      (await client.get('/images/json')).json<{ Id: string }[]>().find(({ Id }) => Id === id)
    expect(await row(api)).toMatchObject({ RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] })
    if (subject.name === 'embedded') {
      const newest = await row(new Client(subject.engine.socket, '/v1.51'))
      expect(newest).toMatchObject({ RepoTags: [], RepoDigests: [] })
      expect(newest).not.toHaveProperty('VirtualSize')
    }
    await api.delete(`/images/${id}`)
  })

  test('lists take patterns, labels, times and other images as bounds [05.04]', async () => {
    const make = async (name: string, labels: Readonly<Record<string, string>>) => {
      const image = makeImage([tar([{ path: name, content: randomBytes(20) }])], {
        Cmd: ['true'],
        Labels: labels,
      })
      await pushImage(registry, `${name}`, '1', image)
      await api.post(`/images/create?fromImage=${registry}/${name}&tag=1`)
      return image.config.digest
    }
    const ids = [
      await make('fleet/yawl', { sail: 'two' }),
      await make('fleet/ketch', { sail: 'two', old: 'yes' }),
    ]
    const [yawl, ketch] = ids
    const list = async (value: object) =>
      (await api.get(`/images/json?filters=${filters(value)}`))
        .json<{ Id: string }[]>()
        .map(({ Id }) => Id)
        .filter((Id) => ids.includes(Id))
        .toSorted()
    const both = ids.toSorted()
    expect(await list({ reference: [`${registry}/fleet/*`] })).toEqual(both)
    expect(await list({ reference: [`${registry}/fleet/*:1`] })).toEqual(both)
    expect(await list({ reference: [`${registry}/fleet/y*`] })).toEqual([yawl])
    expect(await list({ reference: [`${registry}/*`] })).toEqual([])
    expect(await list({ reference: [`${registry}/fleet/yawl`, `${registry}/fleet/ketch`] })).toEqual(both)
    expect(await list({ label: ['sail=two'] })).toEqual(both)
    expect(await list({ label: ['sail', 'old=yes'] })).toEqual([ketch])
    expect(await list({ label: ['sail=three'] })).toEqual([])
    // Both were made at the same moment: none is before or since the other.
    expect(await list({ before: [`${registry}/fleet/yawl:1`] })).toEqual([])
    expect(await list({ since: [`${registry}/fleet/yawl:1`] })).toEqual([])
    expect(await list({ since: [subject.busybox] })).toEqual([])
    for (const id of ids) await api.delete(`/images/${id}?force=1`)
  })

  test('each thing that happens to an image is told [14.01]', async () => {
    const image = makeImage([tar([{ path: 'told', content: randomBytes(20) }])], {
      Cmd: ['true'],
      Labels: { crew: 'four' },
    })
    await pushImage(registry, 'told', '1', image)
    const since = Math.floor(Date.now() / 1000)
    await api.post(`/images/create?fromImage=${registry}/told&tag=1`)
    await api.post(`/images/${registry}/told:1/tag?repo=retold&tag=2`)
    const saved = await api.get('/images/retold:2/get')
    await api.delete(`/images/${registry}/told:1`)
    await api.delete('/images/retold:2')
    const headers = { 'Content-Type': 'application/x-tar' }
    await api.request('POST', '/images/load?quiet=1', { body: saved.body, headers })
    await api.delete('/images/retold:2')
    const until = Math.ceil(Date.now() / 1000) + 1
    const answer = await api.get(
      `/events?since=${since}&until=${until}&filters=${filters({ type: ['image'] })}`,
    )
    type Event = { Action: string; Actor: { ID: string; Attributes: Record<string, string> } }
    // An event of the test before may be of the same second.
    const events = answer.lines<Event>()
    const first = events.findIndex(({ Actor }) => Actor.ID === `${registry}/told:1`)
    const own = events.slice(first)
    const told = own.map(({ Action, Actor }) => [Action, Actor.ID, Actor.Attributes.name])
    const id = image.config.digest
    expect(told.filter(([action]) => action !== 'save' && action !== 'load')).toEqual([
      ['pull', `${registry}/told:1`, `${registry}/told`],
      ['tag', id, 'retold:2'],
      ['untag', id, id],
      ['untag', id, id],
      ['delete', id, id],
      ['untag', id, id],
      ['delete', id, id],
    ])
    expect(own[0]?.Actor.Attributes.crew).toBe('four')
  })

  test('since API 1.42 shared sizes are counted when asked for [05.11]', async () => {
    const [low, ...tops] = [0, 1, 2].map((n) =>
      tar([{ path: `s${n}`, content: randomBytes(9000 * (n + 1)) }]),
    )
    const images = tops.map((top) => makeImage([low as Buffer, top], { Cmd: ['true'] }))
    for (const [at, image] of images.entries()) {
      await pushImage(registry, 'shares', String(at), image)
      const said = (await api.post(`/images/create?fromImage=${registry}/shares&tag=${at}`)).text
      // The second pulls only what is missing.
      expect(said.match(/Already exists/g) ?? []).toHaveLength(at)
    }
    const rows = await new Client(subject.engine.socket, '/v1.42').get('/images/json?shared-size=1')
    const sizes = images.map(({ config }) =>
      rows.json<{ Id: string; SharedSize: number; Size: number }[]>().find(({ Id }) => Id === config.digest),
    )
    for (const row of sizes) {
      expect(row?.SharedSize).toBeGreaterThan(8000)
      expect(row?.SharedSize).toBeLessThan(row?.Size ?? 0)
    }
    for (const { config } of images) await api.delete(`/images/${config.digest}?force=1`)
  })
})
