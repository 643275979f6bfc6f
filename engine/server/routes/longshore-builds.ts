/** Building beside Docker's API: see engine/api/longshore/builds.ts and build-cache.ts. */
import { Readable } from 'node:stream'
import type { BuildCacheRemoval, BuildCacheWish } from '../../api/longshore/build-cache.ts'
import type { BuildStart, DockerfileText } from '../../api/longshore/builds.ts'
import { BUILD_CACHE_REMOVAL, BUILD_CACHE_WISH, BUILD_START, DOCKERFILE_TEXT } from '../build-shapes.ts'
import type { OwnBuildsBackend } from '../builds-backend.ts'
import { answer, answerEmpty, answerLines, answerStream, type Call, flag, jsonBody, param } from '../call.ts'
import { firstLine } from '../first-line.ts'
import type { Handler, Route } from '../router.ts'
import { shaped } from '../shape.ts'

const BUILDS = '/longshore/v1/builds'
const CACHE = '/longshore/v1/build-cache'

export function longshoreBuildRoutes(builds: OwnBuildsBackend): Route[] {
  return [
    route('POST', BUILDS, async (call) => {
      const { value, rest } = await firstLine(call.request)
      const start = shaped(value, BUILD_START) as BuildStart
      const accounts = call.request.headers['x-registry-config']
      const io = { body: rest, accounts: typeof accounts === 'string' ? accounts : '', signal: call.signal }
      await answerLines(call, builds.start(start, io))
    }),
    route('GET', BUILDS, async (call) => answer(call, 200, await builds.list())),
    route('POST', `${BUILDS}/check`, async (call) => {
      const { text = '' } = shaped(await jsonBody(call), DOCKERFILE_TEXT) as Partial<DockerfileText>
      answer(call, 200, await builds.check(text))
    }),
    route('GET', `${BUILDS}/{id}`, async (call) =>
      answer(call, 200, await builds.inspect(param(call, 'id'))),
    ),
    route('DELETE', `${BUILDS}/{id}`, async (call) => {
      await builds.remove(param(call, 'id'))
      answerEmpty(call, 204)
    }),
    route('GET', `${BUILDS}/{id}/events`, async (call) => {
      const follow = flag(call.query, 'follow')
      await answerLines(call, await builds.events(param(call, 'id'), { follow }, call.signal))
    }),
    route('POST', `${BUILDS}/{id}/cancel`, async (call) => {
      await builds.cancel(param(call, 'id'))
      answerEmpty(call, 204)
    }),
    route('GET', `${BUILDS}/{id}/outputs/{index}`, async (call) => {
      const index = Number(param(call, 'index'))
      await answerTar(call, await builds.output(param(call, 'id'), index, call.signal))
    }),
    route('POST', `${BUILDS}/{id}/steps/{step}/shell`, async (call) =>
      answer(call, 201, await builds.shell(param(call, 'id'), param(call, 'step'))),
    ),
    route('GET', CACHE, async (call) => answer(call, 200, await builds.cache())),
    route('POST', `${CACHE}/prune/plan`, async (call) => {
      const wish = shaped(await jsonBody(call, {}), BUILD_CACHE_WISH) as BuildCacheWish
      answer(call, 200, await builds.planPrune(wish))
    }),
    route('POST', `${CACHE}/prune`, async (call) => {
      const { ids = [] } = shaped(await jsonBody(call), BUILD_CACHE_REMOVAL) as Partial<BuildCacheRemoval>
      answer(call, 200, await builds.removeCache({ ids }))
    }),
    route('GET', `${CACHE}/mounts`, async (call) => answer(call, 200, await builds.mounts())),
    route('GET', `${CACHE}/mounts/{id}/archive`, async (call) =>
      answerTar(call, await builds.exportMount(param(call, 'id'))),
    ),
    route('DELETE', `${CACHE}/mounts/{id}`, async (call) => {
      await builds.removeMount(param(call, 'id'))
      answerEmpty(call, 204)
    }),
  ]
}

function route(method: string, pattern: string, handler: Handler): Route {
  return { method, pattern, handler }
}

function answerTar(call: Call, tar: AsyncIterable<Uint8Array>): Promise<void> {
  return answerStream(call, 'application/x-tar', Readable.from(tar, { objectMode: false }))
}
