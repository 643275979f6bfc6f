/** Routes of networks. */
import type { NetworkCreateRequest } from '../../api/network.ts'
import type { NetworksBackend } from '../backend.ts'
import { answer, answerEmpty, filters, jsonBody, param } from '../call.ts'
import type { Route } from '../router.ts'

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
        answer(call, 201, await networks.create(await jsonBody<NetworkCreateRequest>(call))),
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
        const body = await jsonBody<{ readonly Container?: string }>(call)
        await networks.connect(param(call, 'name'), body.Container ?? '')
        answerEmpty(call, 200)
      },
    },
    {
      method: 'POST',
      pattern: '/networks/{name}/disconnect',
      handler: async (call) => {
        const body = await jsonBody<{ readonly Container?: string; readonly Force?: boolean }>(call)
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
