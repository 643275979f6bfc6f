/** What is timed. Each measure does one thing once on one contender and answers milliseconds. */
import { type Contender, IMAGE } from './contender.ts'

/** One row of the table. `target` is the bound of our median against dockerd's. */
export interface Measure {
  readonly name: string
  readonly target: number
  readonly rounds: number
  /** Prepares a contender once; its undoing is the answer. */
  prepare?(on: Contender): Promise<() => Promise<void>>
  once(on: Contender): Promise<number>
}

async function created(on: Contender, body: object, query = ''): Promise<string> {
  const answer = await on.client.post(`/containers/create${query}`, { Image: IMAGE, ...body })
  if (answer.status !== 201) throw new Error(`${on.name}: create answered ${answer.status} ${answer.text}`)
  return answer.json<{ Id: string }>().Id
}

function expectStatus(on: Contender, what: string, status: number, text: string, wanted: number): void {
  if (status !== wanted) throw new Error(`${on.name}: ${what} answered ${status} ${text}`)
}

async function timedCli(on: Contender, args: readonly string[]): Promise<number> {
  const from = performance.now()
  const result = await on.cli(...args)
  const took = performance.now() - from
  if (result.code !== 0)
    throw new Error(`${on.name}: docker ${args.join(' ')} ended ${result.code}: ${result.stderr}`)
  return took
}

/** create, start, wait for the exit, remove: what a CI job or a test container costs, without a network. */
const lifecycle: Measure = {
  name: 'create to removed of true, raw API, no network',
  target: 0.25,
  rounds: 1,
  async once(on) {
    const from = performance.now()
    const id = await created(on, { Cmd: ['true'], HostConfig: { NetworkMode: 'none' } })
    const start = await on.client.post(`/containers/${id}/start`)
    expectStatus(on, 'start', start.status, start.text, 204)
    const wait = await on.client.post(`/containers/${id}/wait`)
    expectStatus(on, 'wait', wait.status, wait.text, 200)
    const remove = await on.client.delete(`/containers/${id}`)
    expectStatus(on, 'remove', remove.status, remove.text, 204)
    return performance.now() - from
  },
}

const runNone: Measure = {
  name: 'docker run --rm true, no network',
  target: 0.35,
  rounds: 1,
  once: (on) => timedCli(on, ['run', '--rm', '--network', 'none', IMAGE, 'true']),
}

const runBridge: Measure = {
  name: 'docker run --rm true, bridge',
  target: 0.5,
  rounds: 1,
  once: (on) => timedCli(on, ['run', '--rm', IMAGE, 'true']),
}

const exec: Measure = {
  name: 'docker exec true',
  target: 0.65,
  rounds: 1,
  async prepare(on) {
    const id = await created(
      on,
      { Cmd: ['sleep', '600'], HostConfig: { NetworkMode: 'none' } },
      '?name=bench-exec',
    )
    const start = await on.client.post(`/containers/${id}/start`)
    expectStatus(on, 'start', start.status, start.text, 204)
    return async () => {
      await on.client.delete(`/containers/${id}?force=1`)
    }
  },
  once: (on) => timedCli(on, ['exec', 'bench-exec', 'true']),
}

/** How many containers `list` lists. */
export const LISTED = 1_000

const list: Measure = {
  name: `list of ${LISTED.toLocaleString('en')} containers, raw API`,
  target: 0.25,
  rounds: 1,
  async prepare(on) {
    const ids: string[] = []
    for (let n = 0; n < LISTED; n++) {
      ids.push(
        await created(on, { Cmd: ['true'], Labels: { bench: 'list' }, HostConfig: { NetworkMode: 'none' } }),
      )
    }
    return async () => {
      for (const id of ids) await on.client.delete(`/containers/${id}?force=1`)
    }
  },
  async once(on) {
    const from = performance.now()
    const answer = await on.client.get('/containers/json?all=1')
    const took = performance.now() - from
    const rows = answer.json<unknown[]>().length
    if (rows < LISTED) throw new Error(`${on.name}: the list has ${rows} rows, not ${LISTED}`)
    return took
  },
}

/** Every timed row, in the order of the table. */
export const MEASURES: readonly Measure[] = [lifecycle, runNone, runBridge, exec, list]
