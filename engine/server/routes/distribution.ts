/** Routes that look into registries: Docker's two, and Longshore's. */
import type { RegistriesBackend, RegistryAccount, RegistryAsking } from '../backend.ts'
import { ACCOUNT } from '../body-shapes.ts'
import { answer, type Call, filters, jsonBody, number, param } from '../call.ts'
import type { Route } from '../router.ts'
import { shaped } from '../shape.ts'

const REGISTRY = '/longshore/v1/registries/{domain}'

export function distributionRoutes(registries: RegistriesBackend): Route[] {
  return [
    {
      method: 'POST',
      pattern: '/auth',
      handler: async (call) =>
        answer(call, 200, await registries.auth(shaped(await jsonBody(call), ACCOUNT) as RegistryAccount)),
    },
    {
      method: 'GET',
      pattern: '/distribution/{name*}/json',
      handler: async (call) =>
        answer(call, 200, await registries.distribution(param(call, 'name'), asking(call))),
    },
    {
      method: 'GET',
      pattern: '/images/search',
      handler: async (call) => {
        const { query } = call
        const search = {
          term: query.get('term') ?? '',
          limit: number(query, 'limit'),
          filters: filters(query),
        }
        answer(call, 200, await registries.search(search, asking(call)))
      },
    },
    {
      method: 'GET',
      pattern: `${REGISTRY}/repositories`,
      handler: async (call) => {
        const page = { last: call.query.get('last') ?? '', limit: number(call.query, 'limit') }
        answer(call, 200, await registries.repositories(param(call, 'domain'), page, asking(call)))
      },
    },
    {
      method: 'GET',
      pattern: `${REGISTRY}/tags`,
      handler: async (call) => {
        const repository = call.query.get('repository') ?? ''
        answer(call, 200, await registries.tags(param(call, 'domain'), repository, asking(call)))
      },
    },
    {
      method: 'GET',
      pattern: `${REGISTRY}/manifest`,
      handler: async (call) => {
        const { query } = call
        const [repository, reference] = [query.get('repository') ?? '', query.get('reference') ?? '']
        const domain = param(call, 'domain')
        answer(call, 200, await registries.inspect(domain, repository, reference, asking(call)))
      },
    },
  ]
}

function asking({ request, signal }: Call): RegistryAsking {
  const auth = request.headers['x-registry-auth']
  return { auth: typeof auth === 'string' ? auth : '', signal }
}
