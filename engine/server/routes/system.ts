/** Routes of the engine itself: ping, version, info, events. */
import type { SystemBackend } from '../backend.ts'
import { answer, answerStream, type Call, filters } from '../call.ts'
import type { Route } from '../router.ts'

export function systemRoutes(system: SystemBackend): Route[] {
  return [
    { method: 'GET', pattern: '/_ping', handler: (call) => ping(call, 'OK') },
    { method: 'HEAD', pattern: '/_ping', handler: (call) => ping(call, '') },
    { method: 'GET', pattern: '/version', handler: (call) => answer(call, 200, system.version()) },
    { method: 'GET', pattern: '/info', handler: async (call) => answer(call, 200, await system.info()) },
    {
      method: 'GET',
      pattern: '/events',
      handler: async (call) => {
        const { query } = call
        const events = system.events({
          since: query.get('since') ?? '',
          until: query.get('until') ?? '',
          filters: filters(query),
        })
        await answerStream(call, 'application/json', events)
      },
    },
  ]
}

/** What clients negotiate by. `Builder-Version` names the classic builder: BuildKit's protocol is not served. */
function ping(call: Call, text: string): void {
  call.response.writeHead(200, {
    'Builder-Version': '1',
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Pragma: 'no-cache',
    Swarm: 'inactive',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': text.length,
  })
  call.response.end(text)
}
