import { expect, test } from 'vitest'
import { until } from '../fixtures/processes.ts'
import { onEachEngine } from './suite.ts'

interface Event {
  readonly Type: string
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly time: number
  readonly timeNano: number
  readonly scope: string
  readonly status?: string
  readonly id?: string
}

onEachEngine('events', (subject) => {
  const { api } = subject
  const now = (aheadMs = 0) => ((Date.now() + aheadMs) / 1000).toFixed(9)
  /** Events of a time that is over: the answer ends by itself. */
  const past = async (since: string, filters?: object) =>
    (
      await api.get(
        `/events?since=${since}&until=${now(5)}${filters === undefined ? '' : `&filters=${encodeURIComponent(JSON.stringify(filters))}`}`,
      )
    ).lines<Event>()
  const actions = (events: readonly Event[]) => events.map((event) => `${event.Type} ${event.Action}`.trim())

  test('of a container’s life come in order, with its attributes', async () => {
    const since = now()
    const { id } = await subject.finish({ Cmd: ['sh', '-c', 'exit 2'], Labels: { harbour: 'north' } })
    await until('the die event', async () => actions(await past(since)).includes('container die'))
    await api.delete(`/containers/${id}`)
    const events = await past(since, { type: ['container'] })
    expect(actions(events)).toEqual([
      'container create',
      'container start',
      'container die',
      'container destroy',
    ])
    const die = events[2]
    expect(die).toMatchObject({
      Type: 'container',
      Action: 'die',
      scope: 'local',
      status: 'die',
      id,
      from: subject.busybox,
      Actor: {
        ID: id,
        Attributes: { image: subject.busybox, name: expect.any(String), exitCode: '2', harbour: 'north' },
      },
      time: expect.any(Number),
      timeNano: expect.any(Number),
    })
    expect(Math.floor((die?.timeNano ?? 0) / 1e9)).toBe(die?.time)
    const networks = actions(await past(since, { type: ['network'] }))
    expect(networks).toEqual(['network connect', 'network disconnect'])
  })

  test('filters choose by container, label, event and type, in both shapes', async () => {
    const since = now()
    const one = await subject.create({ Cmd: ['true'], Labels: { role: 'one' } }, 'one')
    await subject.create({ Cmd: ['true'], Labels: { role: 'two' } }, 'two')
    await api.delete('/containers/one')
    await api.post('/volumes/create', { Name: 'chest' })
    expect(actions(await past(since, { container: ['one'] }))).toEqual([
      'container create',
      'container destroy',
    ])
    expect(actions(await past(since, { container: { [one]: true } }))).toEqual([
      'container create',
      'container destroy',
    ])
    expect(actions(await past(since, { label: ['role=two'] }))).toEqual(['container create'])
    expect(actions(await past(since, { event: { destroy: true } }))).toEqual(['container destroy'])
    expect(actions(await past(since, { type: ['volume'] }))).toEqual(['volume create'])
    expect(actions(await past(since, { type: ['volume', 'container'], event: ['create'] }))).toEqual([
      'container create',
      'container create',
      'volume create',
    ])
  })

  test('stream as they happen, with headers before the first', async () => {
    const stream = await api.stream(
      'GET',
      `/events?filters=${encodeURIComponent(JSON.stringify({ type: ['container'] }))}`,
    )
    expect(stream.status).toBe(200)
    expect(stream.headers['content-type']).toBe('application/json')
    let text = ''
    stream.body.on('data', (part: Buffer) => {
      text += part.toString()
    })
    const id = await subject.sleeper()
    await api.post(`/containers/${id}/kill`)
    await until('die', () => text.includes('"Action":"die"'))
    const seen = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Event)
    expect(actions(seen)).toEqual(['container create', 'container start', 'container kill', 'container die'])
    expect(seen[2]?.Actor.Attributes.signal).toBe('9')
    stream.abort()
  })

  test('of exec, rename, pause and images are named as Docker names them', async () => {
    const since = now()
    const id = await subject.sleeper()
    const exec = (await api.post(`/containers/${id}/exec`, { Cmd: ['true'], AttachStdout: true })).json<{
      Id: string
    }>()
    await (await api.hijack('POST', `/exec/${exec.Id}/start`, { upgrade: true, json: {} })).all()
    await until('exec_die', async () => actions(await past(since)).includes('container exec_die'))
    await api.post(`/containers/${id}/rename?name=renamed`)
    await api.post(`/containers/${id}/pause`)
    await api.post(`/containers/${id}/unpause`)
    await api.post(`/images/${subject.busybox}/tag?repo=flag&tag=1`)
    await api.delete('/images/flag:1')
    // What an engine tells late of the test before is of another container.
    const own = (await past(since, { type: ['container', 'image'] })).filter(
      ({ Type, Actor }) => Type === 'image' || Actor.ID === id,
    )
    expect(actions(own)).toEqual([
      'container create',
      'container start',
      'container exec_create: true',
      'container exec_start: true',
      'container exec_die',
      'container rename',
      'container pause',
      'container unpause',
      'image tag',
      'image untag',
    ])
  })
})
