/** Reading back what a container has said. */
import { created, expectStatus, type Measure, started, timed } from './measure.ts'

const LINES = 300_000
const NAME = 'bench-logs'
/** 68 bytes a line: about as long as those of a web server. */
const SPEAK = `i=0; yes "GET /index.html HTTP/1.1 200 5124 from 10.0.0.1 in 3 ms, cached" | head -n ${LINES}`

const logs: Measure = {
  name: `docker logs of ${LINES.toLocaleString('en')} lines`,
  target: 0.5,
  most: 5,
  async prepare(on) {
    const body = { Cmd: ['sh', '-c', SPEAK], HostConfig: { NetworkMode: 'none' } }
    const id = await created(on, body, `?name=${NAME}`)
    await started(on, id)
    expectStatus(on, 'wait', await on.client.post(`/containers/${id}/wait`), 200)
    const counted = await on.shell('logs', NAME, '| wc -l')
    if (Number(counted) !== LINES) throw new Error(`${on.name}: the log has ${counted} lines, not ${LINES}`)
    return async () => {
      await on.client.delete(`/containers/${id}`)
    }
  },
  once: (on) => timed(() => on.shell('logs', NAME, '> /dev/null')),
}

export const LOGS: readonly Measure[] = [logs]
