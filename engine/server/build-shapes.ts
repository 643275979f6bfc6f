/** The shapes of the bodies of engine/api/longshore/builds.ts and build-cache.ts. */
import type { Shape } from './shape.ts'

const TEXTS: Shape = { list: 'text' }
const LABELS: Shape = { map: 'text' }
const SOURCE: Shape = {
  fields: { kind: 'text', path: 'text', address: 'text', url: 'text', reference: 'text' },
}
const CACHES: Shape = { list: { fields: { type: 'text', fields: LABELS } } }

export const BUILD_START: Shape = {
  fields: {
    ...{ title: 'text', context: SOURCE, namedContexts: { map: SOURCE }, target: 'text', args: LABELS },
    dockerfile: { fields: { text: 'text', path: 'text', from: SOURCE } },
    ...{ labels: LABELS, platform: 'text', noCache: 'flag', noCacheFilter: TEXTS, pull: 'flag' },
    ...{ cacheFrom: CACHES, cacheTo: CACHES, network: 'text', extraHosts: TEXTS, shmBytes: 'whole' },
    ulimits: { list: { fields: { name: 'text', soft: 'whole', hard: 'whole' } } },
    ...{ memoryBytes: 'whole', cgroupParent: 'text', allow: TEXTS, squash: 'flag' },
    secrets: { list: { fields: { id: 'text', base64: 'text', file: 'text' } } },
    ssh: { list: { fields: { id: 'text', socket: 'text' } } },
    outputs: {
      list: {
        fields: { kind: 'text', names: TEXTS, push: 'flag', to: { fields: { kind: 'text', path: 'text' } } },
      },
    },
    annotations: { list: { fields: { on: 'text', key: 'text', value: 'text' } } },
    ...{ sourceDateEpoch: 'whole', detached: 'flag' },
  },
}

export const DOCKERFILE_TEXT: Shape = { fields: { text: 'text' } }
export const BUILD_CACHE_WISH: Shape = {
  fields: { all: 'flag', keepBytes: 'whole', unusedForSeconds: 'whole' },
}
export const BUILD_CACHE_REMOVAL: Shape = { fields: { ids: TEXTS } }
