/** From what was asked on the command line to what is asked of the engine. Pure. */
import path from 'node:path'
import type { BuildOutput, BuildStart } from '../../../engine/api/longshore/builds.ts'
import type { BuildOptions } from './options.ts'
import type { Sources } from './sources.ts'

/** What was read on this machine for a build. */
export interface Prepared {
  readonly sources: Sources
  readonly secrets: NonNullable<BuildStart['secrets']>
  readonly ssh: NonNullable<BuildStart['ssh']>
}

/**
 * The request. Archives and files come back to this command as streams, which writes them as whoever runs it.
 * `ownPlatform` is what is built where no platform is named.
 */
export function buildStart(
  options: BuildOptions,
  prepared: Prepared,
  { cwd, ownPlatform }: { readonly cwd: string; readonly ownPlatform: string },
): BuildStart {
  const { context, dockerfile, namedContexts } = prepared.sources
  const platform = options.platform ?? ownPlatform
  return {
    title: titleOf(options),
    ...{ context, dockerfile, namedContexts },
    ...{ args: options.args, labels: options.labels, noCache: options.noCache, pull: options.pull },
    ...{ noCacheFilter: options.noCacheFilter, extraHosts: options.extraHosts, allow: options.allow },
    ...{ ulimits: options.ulimits, squash: options.squash, secrets: prepared.secrets, ssh: prepared.ssh },
    ...(options.target === null ? {} : { target: options.target }),
    ...(options.platform === null ? {} : { platform: options.platform }),
    ...(options.network === null ? {} : { network: options.network }),
    ...(options.shmBytes === null ? {} : { shmBytes: options.shmBytes }),
    ...(options.memoryBytes === null ? {} : { memoryBytes: options.memoryBytes }),
    ...(options.memorySwapBytes === null ? {} : { memorySwapBytes: options.memorySwapBytes }),
    ...options.cpus,
    ...(options.cgroupParent === null ? {} : { cgroupParent: options.cgroupParent }),
    ...(options.sourceDateEpoch === null ? {} : { sourceDateEpoch: options.sourceDateEpoch }),
    cacheFrom: options.cacheFrom.map((fields) => cacheSpec(fields, cwd)),
    cacheTo: options.cacheTo.map((fields) => cacheSpec(fields, cwd)),
    // What is for another platform than is built is for nothing here.
    annotations: options.annotations
      .filter((annotation) => annotation.platform === null || annotation.platform === platform)
      .map(({ on, key, value }) => ({ on, key, value })),
    outputs: options.outputs.map(outputOf),
  }
}

/** What a build is called in history: its first name, else where it comes from. */
function titleOf({ names, path: place }: BuildOptions): string {
  if (names[0] !== undefined) return names[0]
  if (place === '-') return 'standard input'
  return /:\/\/|^git@/.test(place) ? place : path.basename(path.resolve(place))
}

/** Folders are told in full: the engine stands elsewhere. */
function cacheSpec(given: Readonly<Record<string, string>>, cwd: string) {
  const { type = 'registry', ...fields } = given
  if (type !== 'local') return { type, fields }
  const { src, dest, ...rest } = fields
  return {
    type,
    fields: {
      ...rest,
      ...(src === undefined ? {} : { src: path.resolve(cwd, src) }),
      ...(dest === undefined ? {} : { dest: path.resolve(cwd, dest) }),
    },
  }
}

function outputOf(output: BuildOptions['outputs'][number]): BuildOutput {
  const to = { kind: 'stream' as const }
  switch (output.kind) {
    case 'image':
      return { kind: 'image', names: output.names, push: output.push }
    case 'docker':
    case 'oci':
      return { kind: output.kind, names: output.names, to }
    case 'local':
    case 'tar':
      // A folder is made of its tar here.
      return { kind: 'tar', to }
    case 'none':
      return { kind: 'none' }
  }
}
