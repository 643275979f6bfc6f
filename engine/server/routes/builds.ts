/** Routes of the builder. */
import { EngineError } from '../../errors.ts'
import type { BuildsBackend } from '../backend.ts'
import { answer, type Call, filters, flag } from '../call.ts'
import type { Route } from '../router.ts'

export function buildRoutes(builds: BuildsBackend): Route[] {
  return [
    {
      method: 'POST',
      pattern: '/build/prune',
      handler: async (call) => {
        const query = { all: flag(call.query, 'all'), filters: filters(call.query) }
        answer(call, 200, await builds.prune(query))
      },
    },
    { method: 'POST', pattern: '/build', handler: refuse },
    { method: 'POST', pattern: '/build/cancel', handler: refuse },
    { method: 'POST', pattern: '/session', handler: refuse },
  ]
}

function refuse(_: Call): never {
  throw new EngineError(
    'not-implemented',
    'this engine builds no images: build them with another engine and bring them here with a registry or with docker save and docker load',
  )
}
