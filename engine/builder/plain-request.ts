/** What a build is asked for where nothing is said. */
import type { BuildRequest } from './request.ts'

/** A build of nothing: every wish says how it differs. */
export function plainRequest(id: string): BuildRequest {
  return {
    id,
    title: '',
    place: '',
    dockerfile: { text: null, path: 'Dockerfile', from: null },
    context: { kind: 'empty' },
    namedContexts: new Map(),
    target: null,
    args: new Map(),
    labels: {},
    platform: null,
    noCache: false,
    pull: false,
    cacheFrom: [],
    cacheTo: [],
    network: 'default',
    extraHosts: [],
    run: {
      ...{ shmBytes: 0, ulimits: [], memoryBytes: 0, memorySwapBytes: 0, cpuShares: 0, cpuQuota: 0 },
      ...{ cpuPeriod: 0, cpusetCpus: '', cpusetMems: '', cgroupParent: '' },
    },
    entitlements: { insecure: false, hostNetwork: false },
    secret: async () => null,
    ssh: async () => null,
    credentials: async () => ({}),
    outputs: [],
    squash: false,
    annotations: [],
    sourceDateEpoch: null,
  }
}
