/** Routes of the engine itself: ping, version, info, disk usage, events. */
import type { DiskUsage, DiskUsageKind } from '../../api/system.ts'
import { EngineError } from '../../errors.ts'
import type { SystemBackend } from '../backend.ts'
import { answer, answerStream, type Call, filters } from '../call.ts'
import { summaryFor } from '../image-versions.ts'
import type { Route } from '../router.ts'

export function systemRoutes(system: SystemBackend): Route[] {
  return [
    { method: 'GET', pattern: '/_ping', handler: (call) => ping(call, 'OK') },
    { method: 'HEAD', pattern: '/_ping', handler: (call) => ping(call, '') },
    { method: 'GET', pattern: '/version', handler: (call) => answer(call, 200, system.version()) },
    { method: 'GET', pattern: '/info', handler: async (call) => answer(call, 200, await system.info()) },
    {
      method: 'GET',
      pattern: '/system/df',
      handler: async (call) => {
        const usage = await system.diskUsage(kindsOf(call))
        answer(call, 200, usageFor(call.version, usage))
      },
    },
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

const KINDS: readonly DiskUsageKind[] = ['container', 'image', 'volume', 'build-cache']

/** What is asked for (API 1.42); undefined is everything. Throws `invalid` in Docker's words. */
function kindsOf({ query, version }: Call): ReadonlySet<DiskUsageKind> | undefined {
  const asked = query.getAll('type')
  if (version < 42 || asked.length === 0) return undefined
  return new Set(
    asked.map((text) => {
      const kind = KINDS.find((known) => known === text)
      if (kind === undefined) throw new EngineError('invalid', `unknown object type: ${text}`)
      return kind
    }),
  )
}

function usageFor(version: number, usage: DiskUsage): unknown {
  // Here, unlike in the list, every version tells how many containers an image has.
  const Images =
    usage.Images?.map((row) => ({ ...summaryFor(version, row), Containers: row.Containers })) ?? null
  return { ...usage, Images, ...(version < 42 ? { BuilderSize: 0 } : {}) }
}

/** What clients negotiate by. `Builder-Version` names the classic builder: BuildKit's protocol is not served. */
function ping(call: Call, text: string): void {
  call.response.writeHead(200, {
    'Builder-Version': '2',
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Pragma: 'no-cache',
    Swarm: 'inactive',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': text.length,
  })
  call.response.end(text)
}
