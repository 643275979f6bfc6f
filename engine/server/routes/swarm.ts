/** Swarm calls, answered as by a Docker engine that is in no swarm. */
import { answer } from '../call.ts'
import type { Route } from '../router.ts'

const MESSAGE =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.'

const PATHS = ['/swarm', '/nodes', '/services', '/tasks', '/secrets', '/configs']

/** 503 for everything below each of those, whatever the method. */
export function swarmRoutes(): Route[] {
  return PATHS.flatMap((path) =>
    ['GET', 'POST', 'DELETE'].flatMap((method) =>
      [path, `${path}/{rest*}`].map((pattern) => ({
        method,
        pattern,
        handler: (call: Parameters<Route['handler']>[0]) => answer(call, 503, { message: MESSAGE }),
      })),
    ),
  )
}
