/** A thousand containers: made, listed and removed over the API. */
import { abreast, created, expectStatus, type Measure, timed } from './measure.ts'

const MANY = 1_000
/** As many requests at once as a tool that cleans up or sets up a host sends. */
const WIDTH = 8

const NOTHING = { Cmd: ['true'], Labels: { bench: 'many' }, HostConfig: { NetworkMode: 'none' } }

/** How many containers are listed. */
const listing: Measure = {
  name: `list of ${MANY.toLocaleString('en')} containers, raw API`,
  target: 0.2,
  async prepare(on) {
    const ids: string[] = []
    await abreast(MANY, WIDTH, async () => {
      ids.push(await created(on, NOTHING))
    })
    return () =>
      abreast(MANY, WIDTH, async (n) => {
        await on.client.delete(`/containers/${ids[n]}?force=1`)
      })
  },
  async once(on) {
    const from = performance.now()
    const answer = await on.client.get('/containers/json?all=1')
    const took = performance.now() - from
    const rows = answer.json<unknown[]>().length
    if (rows < MANY) throw new Error(`${on.name}: the list has ${rows} rows, not ${MANY}`)
    return took
  },
}

const churn: Measure = {
  name: `${MANY.toLocaleString('en')} created and removed, raw API, eight at a time`,
  target: 0.3,
  most: 1,
  heavy: true,
  once: (on) =>
    timed(async () => {
      const ids: string[] = []
      await abreast(MANY, WIDTH, async () => {
        ids.push(await created(on, NOTHING))
      })
      await abreast(MANY, WIDTH, async (n) => {
        expectStatus(on, 'remove', await on.client.delete(`/containers/${ids[n]}`), 204)
      })
    }),
}

export const MANY_MEASURES: readonly Measure[] = [listing, churn]
