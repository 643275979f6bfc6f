import { afterEach, expect, test } from 'vitest'
import { readTar } from '../fixtures/read-tar.ts'
import { tar } from '../fixtures/tar.ts'
import { expectError, onEachEngine } from './suite.ts'

interface Image {
  readonly Id: string
  readonly Parent: string
  readonly Comment: string
  readonly Author: string
  readonly RepoTags: readonly string[]
  readonly Config: Readonly<Record<string, unknown>>
  readonly RootFS: { readonly Layers: readonly string[] }
  readonly Size: number
}
interface HistoryRow {
  readonly Id: string
  readonly CreatedBy: string
  readonly Comment: string
  readonly Size: number
  readonly Tags: readonly string[] | null
}

onEachEngine('commit', (subject) => {
  const { api } = subject
  const made: string[] = []
  afterEach(async () => {
    for (const id of made.splice(0).reverse()) await api.delete(`/images/${id}?force=1`)
  })
  const commit = async (id: string, query = '', body?: unknown) => {
    const answer = await api.post(`/commit?container=${id}${query}`, body)
    expect(answer.status, answer.text).toBe(201)
    const { Id } = answer.json<{ Id: string }>()
    made.push(Id)
    return Id
  }
  const image = async (name: string) => (await api.get(`/images/${name}/json`)).json<Image>()
  const history = async (name: string) => (await api.get(`/images/${name}/history`)).json<HistoryRow[]>()

  test('changes become a layer on the image, and its config is the container’s [04.07] [05.01]', async () => {
    const base = await image(subject.busybox)
    const { id } = await subject.finish({
      Cmd: ['sh', '-c', 'echo new > /etc/new; rm /etc/group; mkdir -p /deep/er; ln /etc/new /deep/linked'],
      Env: ['COLOUR=teal'],
      Labels: { made: 'here' },
    })
    const Id = await commit(id, '&repo=committed&tag=v1&comment=a+comment&author=Somebody')
    expect(Id).toMatch(/^sha256:[0-9a-f]{64}$/)
    const found = await image('committed:v1')
    expect(found).toMatchObject({
      Id,
      Parent: base.Id,
      Comment: 'a comment',
      Author: 'Somebody',
      RepoTags: ['committed:v1'],
      Config: expect.objectContaining({
        Cmd: ['sh', '-c', 'echo new > /etc/new; rm /etc/group; mkdir -p /deep/er; ln /etc/new /deep/linked'],
        Env: expect.arrayContaining(['COLOUR=teal', ...(base.Config.Env as string[])]),
        Labels: { made: 'here' },
      }),
    })
    expect(found.RootFS.Layers).toEqual([...base.RootFS.Layers, expect.stringMatching(/^sha256:/)])
    expect((await image(subject.busybox)).RootFS).toEqual(base.RootFS)
    const after = await subject.finish({
      Image: Id,
      Cmd: ['sh', '-c', 'cat /etc/new; ls /etc/group; stat -c %h /deep/linked'],
      Tty: true,
    })
    expect(after.log.toString()).toMatch(/^new\r\n.*group: No such file or directory\r\n2\r\n$/s)
  })

  test('instructions and a body change the config [05.01]', async () => {
    const id = await subject.create({ Cmd: ['own'], Env: ['A=1', 'B=2'], Labels: { x: 'own' } })
    const changes = [
      'CMD ["changed"]',
      'ENTRYPOINT ["/entry"]',
      'ENV A=3 C=4',
      'EXPOSE 80/tcp',
      'LABEL x=changed',
      'ONBUILD RUN true',
      'USER app',
      'VOLUME /kept',
      'WORKDIR /desk',
      'HEALTHCHECK --interval=5s CMD true',
    ]
    const query = changes.map((change) => `&changes=${encodeURIComponent(change)}`).join('')
    expect((await image(await commit(id, query))).Config).toMatchObject({
      Cmd: ['changed'],
      Entrypoint: ['/entry'],
      Env: expect.arrayContaining(['A=3', 'B=2', 'C=4']),
      ExposedPorts: { '80/tcp': {} },
      Labels: { x: 'changed' },
      OnBuild: ['RUN true'],
      User: 'app',
      Volumes: { '/kept': {} },
      WorkingDir: '/desk',
      Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 5_000_000_000 },
    })
    const entered = await image(await commit(id, `&changes=${encodeURIComponent('ENTRYPOINT ["/x"]')}`))
    expect(entered.Config).toMatchObject({ Entrypoint: ['/x'], Cmd: null })
    const body = { Cmd: ['from', 'body'], Env: ['A=9'], ExposedPorts: { '53/udp': {} } }
    expect((await image(await commit(id, '', body))).Config).toMatchObject({
      Cmd: ['from', 'body'],
      Env: expect.arrayContaining(['A=9', 'B=2']),
      ExposedPorts: { '53/udp': {} },
      Labels: { x: 'own' },
    })
    // As docker's CLI says that there is none.
    const none = await api.request('POST', `/commit?container=${id}`, {
      body: 'null\n',
      headers: { 'Content-Type': 'application/json' },
    })
    expect(none.status).toBe(201)
    made.push(none.json<{ Id: string }>().Id)
  })

  test('what cannot be committed is refused [05.01]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    expectError(await api.post('/commit?container=nobody'), 404, 'No such container: nobody')
    expectError(await api.post('/commit'), 400, 'invalid name or ID supplied: ""')
    expectError(
      await api.post(`/commit?container=${id}&changes=RUN+true`),
      400,
      /run is not a valid change command/i,
    )
    expectError(
      await api.post(`/commit?container=${id}&repo=UPPER`),
      [400, 500],
      /repository name.*must be lowercase/,
    )
    // dockerd notices after it has made the image, and leaves it.
    await api.post('/images/prune')
  })

  test('a container that changed nothing adds no layer [05.01]', async () => {
    const base = await image(subject.busybox)
    const { id } = await subject.finish({ Cmd: ['true'] })
    const found = await image(await commit(id))
    expect(found.RootFS).toEqual(base.RootFS)
    expect(found.Size).toBe(base.Size)
    expect((await history(found.Id))[0]).toMatchObject({ Size: 0, CreatedBy: 'true' })
  })

  test('history tells of each commit, with the ids of images that are here [05.03]', async () => {
    const base = await image(subject.busybox)
    const first = await subject.finish({ Cmd: ['sh', '-c', 'echo 12345 > /one'] })
    const one = await commit(first.id, '&comment=first')
    const second = await subject.finish({ Image: one, Cmd: ['sh', '-c', 'echo 1234567 > /two'] })
    const two = await commit(second.id, '&repo=twice&tag=2&comment=second')
    const rows = await history(two)
    expect(rows.slice(0, 2)).toMatchObject([
      { Id: two, CreatedBy: 'sh -c echo 1234567 > /two', Comment: 'second', Size: 8, Tags: ['twice:2'] },
      { Id: one, CreatedBy: 'sh -c echo 12345 > /one', Comment: 'first', Size: 6, Tags: null },
    ])
    expect(rows[2]).toMatchObject({ Id: base.Id, Tags: [subject.busybox] })
    expect(rows).toHaveLength(3)
    expect(await image(two)).toMatchObject({ Parent: one })
  })

  test('an image that others were made of goes after them, and then by itself [05.01]', async () => {
    const first = await subject.finish({ Cmd: ['sh', '-c', 'echo 1 > /one'] })
    const one = await commit(first.id, '&repo=lower&tag=1')
    const second = await subject.finish({ Image: one, Cmd: ['sh', '-c', 'echo 2 > /two'] })
    const two = await commit(second.id, '&repo=upper&tag=1')
    await api.delete(`/containers/${first.id}`)
    await api.delete(`/containers/${second.id}`)
    expectError(
      await api.delete(`/images/${one}?force=1`),
      409,
      `conflict: unable to delete ${one.slice(7, 19)} (cannot be forced) - image has dependent child images`,
    )
    expect((await api.delete('/images/lower:1')).json()).toEqual([{ Untagged: 'lower:1' }])
    const ids = async (query = '') =>
      (await api.get(`/images/json${query}`)).json<{ Id: string; ParentId: string }[]>().map(({ Id }) => Id)
    expect(await ids()).not.toContain(one)
    expect(await ids('?all=1')).toContain(one)
    const items = (await api.delete('/images/upper:1')).json<Record<string, string>[]>()
    expect(items[0]).toEqual({ Untagged: 'upper:1' })
    expect(items.map(({ Deleted }) => Deleted)).toEqual(expect.arrayContaining([one, two]))
    expect(await ids('?all=1')).not.toContain(one)
  })

  test('a running container is held still meanwhile, unless that is not wanted [04.07]', async () => {
    const id = await subject.sleeper()
    const from = Math.floor(Date.now() / 1000) - 1
    await commit(id, '&pause=0')
    await commit(id, '&repo=held&tag=1')
    expect((await subject.inspect(id)).State).toMatchObject({ Running: true, Paused: false })
    const filters = encodeURIComponent(JSON.stringify({ container: [id] }))
    const until = Math.ceil(Date.now() / 1000) + 1
    const events = (await api.get(`/events?since=${from}&until=${until}&filters=${filters}`)).lines<{
      Action: string
      Actor: { Attributes: Record<string, string> }
    }>()
    const seen = events.map(({ Action }) => Action).filter((action) => /pause|commit/.test(action))
    expect(seen).toEqual(['commit', 'pause', 'commit', 'unpause'])
    expect(events.find(({ Actor }) => Actor.Attributes.imageRef === 'held:1')).toBeDefined()
  })

  test('files put into a container that never ran are committed, owners and modes too [02.07] [05.14]', async () => {
    const id = await subject.create({ Cmd: ['stat', '-c', '%a %u:%g', '/put'] })
    const body = tar([{ path: 'put', content: 'x', mode: 0o2750, uid: 5, gid: 6 }])
    await api.request('PUT', `/containers/${id}/archive?path=/`, { body })
    const Id = await commit(id)
    const { log } = await subject.finish({ Image: Id, Tty: true })
    expect(log.toString()).toBe('2750 5:6\r\n')
    const saved = readTar((await api.get(`/images/${Id}/get`)).body)
    expect(saved.map(({ path }) => path)).toContain('manifest.json')
  })
})
