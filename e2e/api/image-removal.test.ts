import { expect, test } from 'vitest'
import { busyboxTar } from '../fixtures/images.ts'
import { makeImage, pushImage } from '../fixtures/oci.ts'
import { tar } from '../fixtures/tar.ts'
import { expectError, onEachEngine } from './suite.ts'

type Item = { readonly Untagged?: string; readonly Deleted?: string }

onEachEngine('removing images', (subject) => {
  const { api, registry } = subject
  let count = 0

  /** A new image `name:1`, pulled; gives its id. */
  async function fresh(name: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
    const body = [tar([{ path: 'once', content: `${name} ${Date.now()} ${++count}` }])]
    const image = makeImage(body, { Cmd: ['true'], Labels: labels })
    await pushImage(registry, name, '1', image)
    expect((await api.post(`/images/create?fromImage=${registry}/${name}&tag=1`)).text).toContain('Status:')
    return image.config.digest
  }
  const tag = (from: string, repo: string, name: string) =>
    api.post(`/images/${from}/tag?repo=${repo}&tag=${encodeURIComponent(name)}`)
  const short = (id: string) => id.replace('sha256:', '').slice(0, 12)
  const gone = async (id: string) => (await api.get(`/images/${id}/json`)).status === 404
  const force = (id: string) => api.delete(`/images/${id}?force=1`)

  test('the last name takes the image along, with its digest [05.06]', async () => {
    const id = await fresh('last')
    const items = (await api.delete(`/images/${registry}/last:1`)).json<Item[]>()
    expect(items[0]).toEqual({ Untagged: `${registry}/last:1` })
    expect(items[1]?.Untagged).toMatch(new RegExp(`^${registry}/last@sha256:`))
    expect(items[2]).toEqual({ Deleted: id })
    expect(items[3]?.Deleted).toMatch(/^sha256:/)
    expect(items).toHaveLength(4)
    expect(await gone(id)).toBe(true)
  })

  test('by id, one with names in two repositories must be forced [05.06]', async () => {
    const id = await fresh('twice')
    await tag(id, 'twice-too', '1')
    expectError(
      await api.delete(`/images/${id}`),
      409,
      `conflict: unable to delete ${short(id)} (must be forced) - image is referenced in multiple repositories`,
    )
    const items = (await force(id)).json<Item[]>()
    expect(items.flatMap(({ Untagged }) => Untagged ?? []).toSorted()).toEqual(
      [
        expect.stringMatching(new RegExp(`^${registry}/twice@sha256:`)),
        'twice-too:1',
        `${registry}/twice:1`,
      ].toSorted((a, b) => (String(a) < String(b) ? -1 : 1)) as string[] | unknown[],
    )
    expect(items).toContainEqual({ Deleted: id })
  })

  test('by id, several tags in one repository [05.06]', async () => {
    const id = await fresh('tagged')
    await tag(id, `${registry}/tagged`, '2')
    const answer = await api.delete(`/images/${short(id)}`)
    expectError(
      answer,
      409,
      `conflict: unable to delete ${short(id)} (must be forced) - image is referenced in multiple repositories`,
    )
    expect((await force(id)).status).toBe(200)
  })

  test('a stopped container stands against it, unless forced [05.06]', async () => {
    const id = await fresh('stopped')
    const container = await subject.create({ Image: id })
    expectError(
      await api.delete(`/images/${id}`),
      409,
      `conflict: unable to delete ${short(id)} (must be forced) - image is being used by stopped container ${container.slice(0, 12)}`,
    )
    expectError(
      await api.delete(`/images/${registry}/stopped:1`),
      409,
      `conflict: unable to remove repository reference "${registry}/stopped:1" (must force) - container ${container.slice(0, 12)} is using its referenced image ${short(id)}`,
    )
    expect((await force(id)).json()).toContainEqual({ Deleted: id })
    expect(await gone(id)).toBe(true)
  })

  test('a running container stands against it always, and its name can still be taken [05.06]', async () => {
    const image = makeImage([busyboxTar(), tar([{ path: 'runs', content: String(Date.now()) }])], {})
    await pushImage(registry, 'runs', '1', image)
    await api.post(`/images/create?fromImage=${registry}/runs&tag=1`)
    await tag(`${registry}/runs:1`, 'runs', '1')
    const container = await subject.sleeper({ Image: 'runs:1' })
    const { Image: id } = await subject.inspect(container)
    expectError(
      await force(id),
      409,
      `conflict: unable to delete ${short(id)} (cannot be forced) - image is being used by running container ${container.slice(0, 12)}`,
    )
    expect((await api.delete('/images/runs:1')).json()).toEqual([{ Untagged: 'runs:1' }])
    await api.delete(`/containers/${container}?force=1`)
    await force(id)
  })

  test('one that is not there is 404 in Docker’s words [05.06]', async () => {
    expectError(await api.delete('/images/nosuch:1'), 404, /No such image: nosuch:1$/)
    expectError(await api.delete(`/images/sha256:${'0'.repeat(64)}`), 404, /No such image: sha256:0{64}$/)
    expectError(await api.delete('/images/abcdef012345'), 404, /No such image: abcdef012345:latest$/)
  })

  test('a name is moved by tagging, and what loses its last one is dangling [05.07]', async () => {
    const first = await fresh('moves')
    const second = await fresh('moved')
    await tag(first, 'mover', '1')
    await tag(second, 'mover', '1')
    expect((await api.get('/images/mover:1/json')).json()).toMatchObject({ Id: second })
    await force(second)
    await force(first)
  })

  test('wrong names of a tag are refused [05.07]', async () => {
    const invalid = async (repo: string, name: string, words: RegExp) =>
      expectError(await tag(subject.busybox, repo, name), [400, 500], words)
    await invalid('UPPER', '1', /must be lowercase/)
    await invalid('fine', 'not a tag', /invalid (tag format|reference format)/)
    await invalid('a'.repeat(64), '1', /cannot specify 64-byte hexadecimal strings/)
    await invalid(`fine@sha256:${'a'.repeat(64)}`, '', /refusing to create a tag with a digest reference/)
  })

  test('prune takes what has no name; asked for all, what no container uses [05.10] [02.17]', async () => {
    const body = (n: number) => ({
      body: tar([{ path: 'pruned', content: `nameless ${n} ${Date.now()}` }]),
      headers: { 'Content-Type': 'application/x-tar' },
    })
    const nameless = (await api.request('POST', '/images/create?fromSrc=-', body(1))).lines<{
      status: string
    }>()
    const dangling = nameless.at(-1)?.status ?? ''
    const filters = (value: object) => encodeURIComponent(JSON.stringify(value))
    const list = (await api.get(`/images/json?filters=${filters({ dangling: ['true'] })}`)).json<
      { Id: string }[]
    >()
    expect(list.map(({ Id }) => Id)).toEqual([dangling])
    const used = await fresh('used', { fleet: 'kept' })
    const unused = await fresh('unused', { fleet: 'gone' })
    await subject.create({ Image: used })

    const since = Math.floor(Date.now() / 1000)
    const first = (await api.post('/images/prune')).json<{ ImagesDeleted: Item[]; SpaceReclaimed: number }>()
    expect(first.ImagesDeleted).toContainEqual({ Deleted: dangling })
    expect(first.ImagesDeleted).not.toContainEqual({ Deleted: unused })
    expect(first.SpaceReclaimed).toBeGreaterThan(0)
    const all = { dangling: ['false'] }
    const none = await api.post(`/images/prune?filters=${filters({ ...all, label: ['fleet=nobody'] })}`)
    expect(none.json()).toEqual({ ImagesDeleted: null, SpaceReclaimed: 0 })
    const old = await api.post(`/images/prune?filters=${filters({ ...all, until: ['2020-01-01'] })}`)
    expect(old.json()).toEqual({ ImagesDeleted: null, SpaceReclaimed: 0 })
    const some = await api.post(`/images/prune?filters=${filters({ ...all, label: ['fleet'] })}`)
    expect(some.json<{ ImagesDeleted: Item[] }>().ImagesDeleted).toContainEqual({ Deleted: unused })
    expect(await gone(used)).toBe(false)
    expectError(
      await api.post(`/images/prune?filters=${filters({ nosuch: ['x'] })}`),
      400,
      /[Ii]nvalid filter 'nosuch'/,
    )
    const until = Math.ceil(Date.now() / 1000) + 1
    const told = await api.get(
      `/events?since=${since}&until=${until}&filters=${filters({ event: ['prune'] })}`,
    )
    const [event] = told.lines<{ Type: string; Actor: { Attributes: { reclaimed: string } } }>()
    expect(event).toMatchObject({ Type: 'image', Actor: { ID: '' } })
    expect(Number(event?.Actor.Attributes.reclaimed)).toBe(first.SpaceReclaimed)
  })
})
