/** Routes of volumes. */
import type { VolumeCreateRequest } from '../../api/volume.ts'
import type { VolumesBackend } from '../backend.ts'
import { VOLUME_CREATE } from '../body-shapes.ts'
import { answer, answerEmpty, filters, flag, jsonBody, param } from '../call.ts'
import type { Route } from '../router.ts'
import { shaped } from '../shape.ts'

export function volumeRoutes(volumes: VolumesBackend): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/volumes',
      handler: (call) => answer(call, 200, volumes.list(filters(call.query))),
    },
    {
      method: 'POST',
      pattern: '/volumes/create',
      handler: async (call) =>
        answer(
          call,
          201,
          await volumes.create(shaped(await jsonBody(call, {}), VOLUME_CREATE) as VolumeCreateRequest),
        ),
    },
    {
      method: 'POST',
      pattern: '/volumes/prune',
      handler: async (call) => {
        // Before 1.42 a prune took named volumes too; since then only anonymous ones unless `all` is asked for.
        const asked = filters(call.query)
        const all = call.version < 42 ? new Map([...asked, ['all', ['true']] as const]) : asked
        answer(call, 200, await volumes.prune(all))
      },
    },
    {
      method: 'GET',
      pattern: '/volumes/{name}',
      handler: (call) => answer(call, 200, volumes.inspect(param(call, 'name'))),
    },
    {
      // Only volumes of a cluster can be changed (API 1.42), and this engine is in none.
      method: 'PUT',
      pattern: '/volumes/{name}',
      handler: (call) =>
        answer(call, 503, {
          message: 'volume update only valid for cluster volumes, but swarm is unavailable',
        }),
    },
    {
      method: 'DELETE',
      pattern: '/volumes/{name}',
      handler: async (call) => {
        await volumes.remove(param(call, 'name'), { force: flag(call.query, 'force') })
        answerEmpty(call, 204)
      },
    },
  ]
}
