/** Routes of containers that stream: logs, stats, and attach with its taken-over connection. */
import { EngineError } from '../../errors.ts'
import type { ContainersBackend, ExecsBackend } from '../backend.ts'
import { answerStream, type Call, flag, param } from '../call.ts'
import type { HijackHandler, WebSocketHandler } from '../hijack-routes.ts'
import type { Route } from '../router.ts'
import { streamType } from '../versions.ts'
import { parseExecStart } from './execs.ts'

export function containerStreamRoutes(containers: ContainersBackend): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/containers/{name}/logs',
      handler: async (call) => {
        const { query } = call
        const logs = await containers.logs(param(call, 'name'), {
          stdout: flag(query, 'stdout'),
          stderr: flag(query, 'stderr'),
          follow: flag(query, 'follow'),
          timestamps: flag(query, 'timestamps'),
          details: flag(query, 'details'),
          since: query.get('since') ?? '',
          until: query.get('until') ?? '',
          tail: query.get('tail') ?? '',
        })
        await answerStream(call, streamType(call.version, logs.terminal), logs.output)
      },
    },
    {
      method: 'GET',
      pattern: '/containers/{name}/stats',
      handler: (call) => stats(call, containers),
    },
    {
      // One that asks for a WebSocket never comes here.
      method: 'GET',
      pattern: '/containers/{name}/attach/ws',
      handler: async () => {
        throw new EngineError('invalid', 'attaching here needs a WebSocket: ask for an upgrade')
      },
    },
  ]
}

async function stats(call: Call, containers: ContainersBackend): Promise<void> {
  const stream = flag(call.query, 'stream', true)
  const options = { stream, oneShot: flag(call.query, 'one-shot') }
  const { response } = call
  for await (const sample of containers.stats(param(call, 'name'), options, call.signal)) {
    if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'application/json' })
    // A client that does not read gets the next sample when it does: nothing piles up.
    if (!response.writableNeedDrain) response.write(`${JSON.stringify(sample)}\n`)
  }
  response.end()
}

/** GET /containers/{name}/attach/ws, once the client has asked for a WebSocket. */
export function webSocketRoutes(containers: ContainersBackend): Route<WebSocketHandler>[] {
  return [
    {
      method: 'GET',
      pattern: '/containers/{name}/attach/ws',
      handler: ({ params, query, version }) => {
        // Until 1.42 all three streams were meant, whatever was said.
        const wants = (name: string) => version < 42 || flag(query, name)
        return containers.attach(params.name ?? '', {
          stdin: wants('stdin'),
          stdout: wants('stdout'),
          stderr: wants('stderr'),
          logs: flag(query, 'logs'),
          stream: flag(query, 'stream'),
          detachKeys: query.get('detachKeys') ?? '',
        })
      },
    },
  ]
}

/** POST /containers/{name}/attach and POST /exec/{id}/start. */
export function hijackRoutes(containers: ContainersBackend, execs: ExecsBackend): Route<HijackHandler>[] {
  return [
    {
      method: 'POST',
      pattern: '/containers/{name}/attach',
      handler: async ({ params, query, version }) => {
        const stream = await containers.attach(params.name ?? '', {
          stdin: flag(query, 'stdin'),
          stdout: flag(query, 'stdout'),
          stderr: flag(query, 'stderr'),
          logs: flag(query, 'logs'),
          stream: flag(query, 'stream'),
          detachKeys: query.get('detachKeys') ?? '',
        })
        return { stream, contentType: streamType(version, stream.terminal) }
      },
    },
    {
      method: 'POST',
      pattern: '/exec/{name}/start',
      handler: async ({ params, version, body }) => {
        const coming = await execs.start(params.name ?? '', parseExecStart(body))
        return coming && { stream: coming.stream, contentType: streamType(version, coming.terminal) }
      },
    },
  ]
}
