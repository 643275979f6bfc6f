/** A container's life: one at a time, eight at a time, with a port, and its end. */
import { type Contender, IMAGE } from '../contender.ts'
import { abreast, created, expectStatus, type Measure, started, timed, timedCli } from './measure.ts'

/** create, start, wait for the exit, remove: what a CI job or a test container costs, without a network. */
const whole: Measure = {
  name: 'create to removed of true, raw API, no network',
  target: 0.25,
  floor: true,
  once: (on) =>
    timed(async () => {
      const id = await created(on, { Cmd: ['true'], HostConfig: { NetworkMode: 'none' } })
      await started(on, id)
      expectStatus(on, 'wait', await on.client.post(`/containers/${id}/wait`), 200)
      expectStatus(on, 'remove', await on.client.delete(`/containers/${id}`), 204)
    }),
}

const runNone: Measure = {
  name: 'docker run --rm true, no network',
  target: 0.35,
  once: (on) => timedCli(on, ['run', '--rm', '--network', 'none', IMAGE, 'true']),
}

const runBridge: Measure = {
  name: 'docker run --rm true, bridge',
  target: 0.35,
  once: (on) => timedCli(on, ['run', '--rm', IMAGE, 'true']),
}

const runPort: Measure = {
  name: 'docker run --rm -p true, bridge with a port',
  target: 0.4,
  once: (on) => timedCli(on, ['run', '--rm', '-p', '127.0.0.1::80', IMAGE, 'true']),
}

const runMany: Measure = {
  name: '50 docker run --rm true, bridge, eight at a time',
  target: 0.35,
  most: 3,
  once: (on) =>
    timed(() =>
      abreast(50, 8, async () => {
        await timedCli(on, ['run', '--rm', IMAGE, 'true'])
      }),
    ),
}

const exec: Measure = {
  name: 'docker exec true',
  target: 0.65,
  async prepare(on) {
    const body = { Cmd: ['sleep', '600'], HostConfig: { NetworkMode: 'none' } }
    const id = await created(on, body, '?name=bench-exec')
    await started(on, id)
    return async () => {
      await on.client.delete(`/containers/${id}?force=1`)
    }
  },
  once: (on) => timedCli(on, ['exec', 'bench-exec', 'true']),
}

/** A program that ends at once when it is asked to, so that the engine's own part is what is seen. */
const OBEDIENT = ['sh', '-c', 'trap "exit 0" TERM; echo ready; sleep 600 & wait']

/** One that runs and will end when it is asked to; its id. */
async function obedient(on: Contender): Promise<string> {
  const id = await created(on, { Cmd: OBEDIENT })
  await started(on, id)
  while (!(await on.client.get(`/containers/${id}/logs?stdout=1`)).text.includes('ready')) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return id
}

const stop: Measure = {
  name: 'docker stop',
  target: 0.5,
  async once(on) {
    const id = await obedient(on)
    const took = await timedCli(on, ['stop', id])
    await on.client.delete(`/containers/${id}`)
    return took
  },
}

const stopAndRemove: Measure = {
  name: 'docker stop, then docker rm at once',
  target: 0.5,
  async once(on) {
    const id = await obedient(on)
    return (await timedCli(on, ['stop', id])) + (await timedCli(on, ['rm', id]))
  },
}

/** So long ago has the end of what is removed been that nobody is still clearing up after it. */
const AFTERWARDS_MS = 300

/** Over the API: of a `docker rm` that has nothing to clear up, nearly all is the CLI's own time. */
const remove: Measure = {
  name: 'removal of one that ended before, raw API',
  target: 0.5,
  async once(on) {
    const id = await created(on, { Cmd: ['true'] })
    await started(on, id)
    await on.client.post(`/containers/${id}/wait`)
    await new Promise((resolve) => setTimeout(resolve, AFTERWARDS_MS))
    return timed(async () => {
      expectStatus(on, 'remove', await on.client.delete(`/containers/${id}`), 204)
    })
  },
}

export const LIFECYCLE: readonly Measure[] = [
  whole,
  runNone,
  runBridge,
  runPort,
  runMany,
  exec,
  stop,
  stopAndRemove,
  remove,
]
