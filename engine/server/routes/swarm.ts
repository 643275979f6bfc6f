/** Swarm calls, answered as by a Docker engine that is in no swarm. */
import { EngineError } from '../../errors.ts'
import { answer } from '../call.ts'
import type { Route } from '../router.ts'

const MESSAGE =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.'

const PATHS = ['/swarm', '/nodes', '/services', '/tasks', '/secrets', '/configs']

/** Making or joining a swarm is not what this engine can do: no other call may send people there in vain. */
function refuse(): never {
  throw new EngineError(
    'not-implemented',
    'this engine is for one machine and forms no swarm: connect to a Docker engine for that',
  )
}

/** 503 for everything below each of those, whatever the method. */
export function swarmRoutes(): Route[] {
  const forming = ['/swarm/init', '/swarm/join'].map((pattern) => ({
    method: 'POST',
    pattern,
    handler: refuse,
  }))
  const rest = PATHS.flatMap((path) =>
    ['GET', 'POST', 'DELETE'].flatMap((method) =>
      [path, `${path}/{rest*}`].map((pattern) => ({
        method,
        pattern,
        handler: (call: Parameters<Route['handler']>[0]) => answer(call, 503, { message: MESSAGE }),
      })),
    ),
  )
  return [...forming, ...rest]
}
