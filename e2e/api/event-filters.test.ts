import { expect, test } from 'vitest'
import { expectError, onEachEngine } from './suite.ts'

interface Event {
  readonly Type: string
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
}

onEachEngine('event filters', (subject) => {
  const { api } = subject
  const now = (aheadMs = 0) => ((Date.now() + aheadMs) / 1000).toFixed(9)
  const asked = (since: string, filters: object) =>
    api.get(`/events?since=${since}&until=${now(5)}&filters=${encodeURIComponent(JSON.stringify(filters))}`)
  const chosen = async (since: string, filters: object) =>
    (await asked(since, filters)).lines<Event>().map(({ Type, Action }) => `${Type} ${Action}`)

  /** Something of each kind happens. */
  async function life(): Promise<{ readonly since: string; readonly id: string }> {
    const since = now()
    await api.post('/networks/create', { Name: 'reach', Driver: 'bridge' })
    await api.post('/volumes/create', { Name: 'hold' })
    const id = await subject.create({ Labels: { quay: 'seven' } }, 'hull')
    await api.post(`/images/${subject.busybox}/tag?repo=flagged&tag=1`)
    await api.post('/build/prune')
    await api.delete('/images/flagged:1')
    await api.delete(`/containers/${id}`)
    await api.delete('/networks/reach')
    await api.delete('/volumes/hold')
    return { since, id }
  }

  test('by type, of every kind that an engine has', async () => {
    const { since } = await life()
    expect(await chosen(since, { type: ['network'] })).toEqual(['network create', 'network destroy'])
    expect(await chosen(since, { type: ['volume'] })).toEqual(['volume create', 'volume destroy'])
    expect(await chosen(since, { type: ['container'] })).toEqual(['container create', 'container destroy'])
    expect(await chosen(since, { type: ['image'] })).toEqual(['image tag', 'image untag'])
    expect(await chosen(since, { type: ['builder'] })).toEqual(['builder prune'])
    expect(
      await chosen(since, { type: ['daemon', 'plugin', 'service', 'node', 'secret', 'config'] }),
    ).toEqual([])
  })

  test('by object, label, scope and several at once', async () => {
    const { since, id } = await life()
    expect(await chosen(since, { network: ['reach'] })).toEqual(['network create', 'network destroy'])
    expect(await chosen(since, { volume: ['hold'] })).toEqual(['volume create', 'volume destroy'])
    expect(await chosen(since, { container: [id] })).toEqual(['container create', 'container destroy'])
    expect(await chosen(since, { container: ['hull'], event: ['destroy'] })).toEqual(['container destroy'])
    expect(await chosen(since, { label: ['quay=seven'], type: ['container'] })).toHaveLength(2)
    expect(await chosen(since, { label: ['quay=eight'] })).toEqual([])
    expect(await chosen(since, { scope: ['local'], event: ['create'] })).toHaveLength(3)
    expect(await chosen(since, { scope: ['swarm'] })).toEqual([])
    expect(await chosen(since, { type: { volume: true }, event: { destroy: true } })).toEqual([
      'volume destroy',
    ])
  })

  test('what is no filter is refused', async () => {
    expectError(await asked(now(), { nosuch: ['x'] }), [400, 500], /^[Ii]nvalid filter 'nosuch/)
  })
})
