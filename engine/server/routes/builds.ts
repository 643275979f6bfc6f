/** Routes of the builder in Docker's API. */

import { EngineError } from '../../errors.ts'
import { buildOptions } from '../build-options.ts'
import type { BuildsBackend } from '../builds-backend.ts'
import { answer, answerEmpty, answerLines, filters, flag, number } from '../call.ts'
import type { UpgradeHandler } from '../hijack-routes.ts'
import type { Route } from '../router.ts'

export function buildRoutes(builds: BuildsBackend): Route[] {
  return [
    {
      method: 'POST',
      pattern: '/build/prune',
      handler: async (call) => {
        const bytes = (name: string) => number(call.query, name) ?? 0
        const limits = {
          // Its older name (before API 1.48).
          reserved: bytes('reserved-space') || bytes('keep-storage'),
          mostUsed: bytes('max-used-space'),
          leastFree: bytes('min-free-space'),
        }
        const query = { all: flag(call.query, 'all'), filters: filters(call.query), limits }
        answer(call, 200, await builds.prune(query))
      },
    },
    {
      method: 'POST',
      pattern: '/build',
      handler: async (call) => {
        const accounts = call.request.headers['x-registry-config']
        const io = {
          body: call.request,
          accounts: typeof accounts === 'string' ? accounts : '',
          signal: call.signal,
        }
        await answerLines(call, builds.build(buildOptions(call.query), io))
      },
    },
    {
      method: 'POST',
      pattern: '/build/cancel',
      handler: (call) => {
        const id = call.query.get('id') ?? ''
        if (id === '') throw new EngineError('invalid', 'build ID not provided')
        builds.cancel(id)
        answerEmpty(call, 200)
      },
    },
    {
      method: 'POST',
      pattern: '/session',
      handler: ({ request }) => {
        const { upgrade } = request.headers
        const why = upgrade ? `protocol ${upgrade} not supported` : 'no upgrade proto in request'
        throw new EngineError('invalid', why)
      },
    },
  ]
}

/** POST /session: BuildKit's, in which the engine is the client of whoever connects. */
export function sessionRoute(builds: BuildsBackend): Route<UpgradeHandler> {
  const accept: UpgradeHandler['accept'] = (headers, answered) => builds.session(headers, answered)
  return { method: 'POST', pattern: '/session', handler: { protocol: 'h2c', accept } }
}
