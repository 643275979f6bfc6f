/** Routes of images. */
import { Readable } from 'node:stream'
import { EngineError } from '../../errors.ts'
import type { ImagesBackend } from '../backend.ts'
import { answer, answerEmpty, answerLines, answerStream, type Call, filters, flag, param } from '../call.ts'
import { inspectFor, summaryFor } from '../image-versions.ts'
import type { Route } from '../router.ts'
import type { ApiVersion } from '../versions.ts'

export function imageRoutes(images: ImagesBackend): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/images/json',
      handler: async (call) => {
        const { query, version } = call
        const rows = await images.list({
          all: flag(query, 'all'),
          sharedSize: version >= 42 && flag(query, 'shared-size'),
          descriptors: version >= 48,
          manifests: version >= 47 && flag(query, 'manifests'),
          filters: filters(query),
        })
        answer(
          call,
          200,
          rows.map((row) => summaryFor(version, row)),
        )
      },
    },
    {
      method: 'POST',
      pattern: '/images/create',
      handler: async (call) => {
        const { query, request, signal } = call
        const platform = query.get('platform') ?? ''
        const fromImage = query.get('fromImage') ?? ''
        const tag = query.get('tag') ?? ''
        if (fromImage !== '') {
          const auth = request.headers['x-registry-auth']
          const pull = { fromImage, tag, platform, auth: typeof auth === 'string' ? auth : '' }
          await answerLines(call, images.pull(pull, signal))
          return
        }
        const source = query.get('fromSrc') ?? ''
        if (source === '') {
          throw new EngineError('invalid', 'either fromImage (pull) or fromSrc (import) must be given')
        }
        const message = query.get('message') ?? ''
        const changes = query.getAll('changes')
        const repo = query.get('repo') ?? ''
        const order = { source, repo, tag, message, changes, platform }
        await answerLines(call, images.import(order, request, signal))
      },
    },
    {
      method: 'POST',
      pattern: '/images/load',
      handler: async (call) => {
        const quiet = flag(call.query, 'quiet')
        await answerLines(call, images.load({ quiet }, call.request, call.signal))
      },
    },
    {
      method: 'GET',
      pattern: '/images/get',
      handler: async (call) => {
        const names = call.query.getAll('names').flatMap((each) => each.split(','))
        await answerStream(
          call,
          'application/x-tar',
          Readable.from(images.save(names, platform(call, 48)), { objectMode: false }),
        )
      },
    },
    {
      method: 'GET',
      pattern: '/images/{name*}/get',
      handler: async (call) => {
        const source = Readable.from(images.save([param(call, 'name')], platform(call, 48)), {
          objectMode: false,
        })
        await answerStream(call, 'application/x-tar', source)
      },
    },
    {
      method: 'POST',
      pattern: '/images/prune',
      handler: async (call) => answer(call, 200, await images.prune(filters(call.query))),
    },
    {
      method: 'GET',
      pattern: '/images/{name*}/json',
      handler: async (call) => {
        const { query, version } = call
        const options = {
          manifests: version >= 48 && flag(query, 'manifests'),
          platform: platform(call, 49),
        }
        answer(call, 200, inspectFor(version, await images.inspect(param(call, 'name'), options)))
      },
    },
    {
      method: 'GET',
      pattern: '/images/{name*}/history',
      handler: async (call) =>
        answer(call, 200, await images.history(param(call, 'name'), platform(call, 48))),
    },
    {
      method: 'POST',
      pattern: '/images/{name*}/push',
      handler: async (call) => {
        const { query, request, signal } = call
        const auth = request.headers['x-registry-auth']
        const push = {
          name: param(call, 'name'),
          tag: query.get('tag') ?? '',
          platform: platform(call, 46),
          auth: typeof auth === 'string' ? auth : '',
        }
        await answerLines(call, images.push(push, signal))
      },
    },
    {
      method: 'POST',
      pattern: '/images/{name*}/tag',
      handler: async (call) => {
        const { query } = call
        await images.tag(param(call, 'name'), query.get('repo') ?? '', query.get('tag') ?? '')
        answerEmpty(call, 201)
      },
    },
    {
      method: 'DELETE',
      pattern: '/images/{name*}',
      handler: async (call) => {
        const { query, version } = call
        const platforms = version >= 50 ? query.getAll('platforms') : []
        const options = { force: flag(query, 'force'), noprune: flag(query, 'noprune'), platforms }
        answer(call, 200, await images.remove(param(call, 'name'), options))
      },
    },
  ]
}

/** The platform asked for, in a version of the API that knows of it. */
function platform({ query, version }: Call, since: ApiVersion): string {
  return version >= since ? (query.get('platform') ?? '') : ''
}
