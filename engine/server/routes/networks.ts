/** Routes of networks. */
import type {
  NetworkConnectRequest,
  NetworkCreateRequest,
  NetworkDisconnectRequest,
} from '../../api/network.ts'
import type { NetworksBackend } from '../backend.ts'
import { NETWORK_CONNECT, NETWORK_CREATE, NETWORK_DISCONNECT } from '../body-shapes.ts'
import { answer, answerEmpty, filters, jsonBody, param } from '../call.ts'
import type { Route } from '../router.ts'
import { shaped } from '../shape.ts'

export function networkRoutes(networks: NetworksBackend): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/networks',
      handler: (call) => answer(call, 200, networks.list(filters(call.query))),
    },
    {
      method: 'POST',
      pattern: '/networks/create',
      handler: async (call) =>
        answer(
          call,
          201,
          await networks.create(shaped(await jsonBody(call), NETWORK_CREATE) as NetworkCreateRequest),
        ),
    },
    {
      method: 'POST',
      pattern: '/networks/prune',
      handler: async (call) => answer(call, 200, await networks.prune(filters(call.query))),
    },
    {
      method: 'GET',
      pattern: '/networks/{name}',
      handler: (call) => answer(call, 200, networks.inspect(param(call, 'name'))),
    },
    {
      method: 'POST',
      pattern: '/networks/{name}/connect',
      handler: async (call) => {
        const body = shaped(await jsonBody(call), NETWORK_CONNECT) as NetworkConnectRequest
        await networks.connect(param(call, 'name'), body.Container ?? '', body.EndpointConfig ?? {})
        answerEmpty(call, 200)
      },
    },
    {
      method: 'POST',
      pattern: '/networks/{name}/disconnect',
      handler: async (call) => {
        const body = shaped(await jsonBody(call), NETWORK_DISCONNECT) as NetworkDisconnectRequest
        const force = body.Force === true
        await networks.disconnect(param(call, 'name'), body.Container ?? '', { force })
        answerEmpty(call, 200)
      },
    },
    {
      method: 'DELETE',
      pattern: '/networks/{name}',
      handler: async (call) => {
        await networks.remove(param(call, 'name'))
        answerEmpty(call, 204)
      },
    },
  ]
}
