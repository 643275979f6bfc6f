/** What is served beside Docker's API, under /longshore/v1/. */
import { EngineError } from '../../errors.ts'
import type { SystemBackend } from '../backend.ts'
import { answer, param } from '../call.ts'
import type { Route } from '../router.ts'

export function longshoreRoutes(system: SystemBackend): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/longshore/v1/capabilities',
      handler: (call) => answer(call, 200, system.capabilities()),
    },
    {
      method: 'GET',
      pattern: '/longshore/v1/host',
      handler: async (call) => answer(call, 200, await system.checkHost()),
    },
    {
      method: 'GET',
      pattern: '/longshore/v1/ports/{port}/{protocol}',
      handler: async (call) => {
        const port = Number(param(call, 'port'))
        const protocol = param(call, 'protocol')
        if (!Number.isInteger(port) || port < 1 || port > 65535 || !['tcp', 'udp'].includes(protocol)) {
          throw new EngineError(
            'invalid',
            `${param(call, 'port')}/${protocol} is no port: use 1-65535 and tcp or udp`,
          )
        }
        answer(call, 200, await system.portOwner(port, protocol as 'tcp' | 'udp'))
      },
    },
  ]
}
