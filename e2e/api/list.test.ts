import { expect, test } from 'vitest'
import { expectError, onEachEngine } from './suite.ts'

interface Row {
  readonly Id: string
  readonly Names: string[]
  readonly Image: string
  readonly State: string
  readonly Status: string
  readonly SizeRw?: number
}

onEachEngine('container list', (subject) => {
  const { api } = subject
  const list = async (query = '') => (await api.get(`/containers/json${query}`)).json<Row[]>()
  const names = async (filters: object) =>
    (await list(`?all=1&filters=${encodeURIComponent(JSON.stringify(filters))}`))
      .flatMap((row) => row.Names)
      .toSorted()

  test('shows running ones, newest first, with the fields that  [02.10] [02.11]`docker ps` prints', async () => {
    const first = await subject.sleeper({ Labels: { a: 'b' } }, 'first')
    const second = await subject.sleeper({ HostConfig: { NetworkMode: 'none' } }, 'second')
    await subject.create({ Cmd: ['true'] }, 'third')
    const rows = await list()
    expect(rows.map((row) => row.Id)).toEqual([second, first])
    expect(rows[1]).toMatchObject({
      Names: ['/first'],
      Image: subject.busybox,
      ImageID: (await subject.inspect(first)).Image,
      Command: expect.stringMatching(/^sh -c 'trap /),
      Created: expect.any(Number),
      Ports: [],
      Labels: { a: 'b' },
      State: 'running',
      Status: expect.stringMatching(/^Up (Less than a second|\d+ seconds?)$/),
      HostConfig: { NetworkMode: expect.stringMatching(/^(default|bridge)$/) },
      NetworkSettings: { Networks: { bridge: expect.objectContaining({ IPAddress: expect.any(String) }) } },
      Mounts: [],
    })
    expect(
      Object.keys((rows[0] as unknown as { NetworkSettings: { Networks: object } }).NetworkSettings.Networks),
    ).toEqual(['none'])
    expect((await list('?all=1')).map((row) => row.Names[0])).toEqual(['/third', '/second', '/first'])
    expect((await list('?limit=1')).map((row) => row.Names[0])).toEqual(['/third'])
    expect((await list('?all=1'))[0]).toMatchObject({ State: 'created', Status: 'Created' })
    expect((await list('?size=1'))[0]).toMatchObject({ SizeRootFs: expect.any(Number) })
  })

  test('filters by name, id, label, status, exit code, ancestor, volume, network, before and since', async () => {
    const exited = (await subject.finish({ Cmd: ['sh', '-c', 'exit 3'] })).id
    await api.post(`/containers/${exited}/rename?name=ended`)
    const up = await subject.sleeper(
      { Labels: { role: 'web', tier: '1' }, HostConfig: { Binds: ['hold:/v'] } },
      'up-one',
    )
    await subject.create({ Cmd: ['true'], Labels: { role: 'db' } }, 'made')
    expect(await names({ name: ['up'] })).toEqual(['/up-one'])
    expect(await names({ name: ['^/made$'] })).toEqual(['/made'])
    expect(await names({ id: [up.slice(0, 12)] })).toEqual(['/up-one'])
    expect(await names({ label: ['role'] })).toEqual(['/made', '/up-one'])
    expect(await names({ label: ['role=web', 'tier=1'] })).toEqual(['/up-one'])
    expect(await names({ status: ['exited'] })).toEqual(['/ended'])
    expect(await names({ status: ['exited', 'created'] })).toEqual(['/ended', '/made'])
    expect(await names({ exited: ['3'] })).toEqual(['/ended'])
    expect(await names({ ancestor: [subject.busybox] })).toEqual(['/ended', '/made', '/up-one'])
    expect(await names({ ancestor: ['nobody'] })).toEqual([])
    expect(await names({ volume: ['hold'] })).toEqual(['/up-one'])
    expect(await names({ volume: ['/v'] })).toEqual(['/up-one'])
    expect(await names({ network: ['bridge'] })).toEqual(expect.arrayContaining(['/up-one']))
    expect(await names({ before: ['up-one'] })).toEqual(['/ended'])
    expect(await names({ since: ['up-one'] })).toEqual(['/made'])
    // The older shape of filters: a map of maps.
    expect(await names({ label: { 'role=db': true } })).toEqual(['/made'])
  })

  test('refuses filters that it does not know', async () => {
    const ask = (filters: string) => api.get(`/containers/json?filters=${encodeURIComponent(filters)}`)
    expectError(await ask('{"nosuch":["x"]}'), 400, "Invalid filter 'nosuch'")
    expectError(await ask('{"status":["sunk"]}'), 400, /sunk/)
    expect([400, 500]).toContain((await ask('not json')).status)
  })
})
