/** Pruning by a plan: see engine/api/longshore/prune.ts. */
import type { PruneRequest } from '../../api/longshore/prune.ts'
import { EngineError } from '../../errors.ts'
import type { PruneBackend } from '../backend.ts'
import { answer, filters, flag, jsonBody } from '../call.ts'
import type { Route } from '../router.ts'
import { shaped } from '../shape.ts'

const SHAPE = { fields: { steps: { list: { fields: { kind: 'text', id: 'text' } } } } } as const
const KINDS: readonly string[] = ['container', 'network', 'volume', 'image']

export function pruneRoutes(prune: PruneBackend): Route[] {
  const pattern = '/longshore/v1/prune'
  return [
    {
      method: 'GET',
      pattern,
      handler: async (call) => {
        const { query } = call
        const wish = {
          containers: flag(query, 'containers', true),
          networks: flag(query, 'networks', true),
          volumes: oneOf(query, 'volumes', ['none', 'anonymous', 'all']),
          images: oneOf(query, 'images', ['dangling', 'none', 'unused']),
          filters: filters(query),
        }
        answer(call, 200, await prune.plan(wish))
      },
    },
    {
      method: 'POST',
      pattern,
      handler: async (call) => {
        const { steps = [] } = shaped(await jsonBody(call), SHAPE) as Partial<PruneRequest>
        for (const { kind, id } of steps)
          if (!KINDS.includes(kind) || !id)
            throw new EngineError('invalid', `a step of a prune has a kind (${KINDS.join(', ')}) and an id`)
        answer(call, 200, await prune.apply({ steps }))
      },
    },
  ]
}

/** The first is meant when nothing is said. */
function oneOf<T extends string>(query: URLSearchParams, name: string, words: readonly [T, ...T[]]): T {
  const value = query.get(name) ?? words[0]
  const found = words.find((word) => word === value)
  if (found === undefined)
    throw new EngineError('invalid', `${name} cannot be "${value}": use one of ${words.join(', ')}`)
  return found
}
