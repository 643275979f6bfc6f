/** What POST /longshore/v1/builds asks for, as a build. */
import { readFile } from 'node:fs/promises'
import { basename, isAbsolute } from 'node:path'
import type {
  BuildOutput,
  BuildSecret,
  BuildSource,
  BuildStart,
  OutputPlace,
} from '../../../api/longshore/builds.ts'
import { plainRequest } from '../../../builder/plain-request.ts'
import { withoutPassword } from '../../../builder/plan/without-password.ts'
import type { BuildRequest, ContextSource, Output, TarReceiver } from '../../../builder/request.ts'
import { folderContext } from '../../../context/folder-context.ts'
import { EngineError } from '../../../errors.ts'
import { parsePlatform } from '../../../oci/platform.ts'
import { decodeRegistryConfig } from '../../images/registry-auth.ts'
import { namesOf } from './docker-request.ts'
import { toFile, toFolder } from './host-output.ts'
import { epochOf, networkOf, type RequestParts, tarProvider } from './parts.ts'

/** What comes with the request. */
export interface OwnIo {
  readonly body: AsyncIterable<Uint8Array>
  /** The X-Registry-Config header, or empty. */
  readonly accounts: string
  /** Where an output of this place goes that the client fetches. */
  readonly streamed: (index: number) => TarReceiver
}

/** Throws `invalid` for a wish that cannot be, `not-found` for a folder that is not there. */
export async function ownRequest(
  id: string,
  start: BuildStart,
  io: OwnIo,
  parts: RequestParts,
): Promise<BuildRequest> {
  const source = (from: BuildSource) => sourceOf(from, parts)
  if (start.detached && start.context?.kind === 'body')
    throw new EngineError('invalid', 'a detached build cannot read its context from the request')
  const context =
    start.context?.kind === 'body'
      ? ({ kind: 'files', provider: tarProvider(parts, io.body) } as const)
      : await source(start.context)
  const named = Object.entries(start.namedContexts ?? {})
  const contexts = await Promise.all(named.map(async ([name, from]) => [name, await source(from)] as const))
  const { dockerfile, noCacheFilter = [] } = start
  const args = new Map(Object.entries(start.args ?? {}))
  const credentials = decodeRegistryConfig(io.accounts)
  const plain = plainRequest(id)
  return {
    ...plain,
    // Clients make titles of addresses too.
    title: withoutPassword(start.title || titleOf(start.context)),
    place: placeOf(start.context),
    context,
    dockerfile: {
      text: dockerfile?.text ?? null,
      path: dockerfile?.path || 'Dockerfile',
      from: dockerfile?.from ? await source(dockerfile.from) : null,
    },
    namedContexts: new Map(contexts),
    target: start.target || null,
    args,
    labels: start.labels ?? {},
    platform: start.platform ? parsePlatform(start.platform) : null,
    noCache: start.noCache || (noCacheFilter.length > 0 ? noCacheFilter : false),
    pull: start.pull ?? false,
    cacheFrom: start.cacheFrom ?? [],
    cacheTo: start.cacheTo ?? [],
    network: networkOf(start.network ?? ''),
    extraHosts: start.extraHosts ?? [],
    run: {
      ...plain.run,
      shmBytes: start.shmBytes ?? 0,
      ulimits: start.ulimits ?? [],
      memoryBytes: start.memoryBytes ?? 0,
      memorySwapBytes: start.memorySwapBytes ?? 0,
      ...{ cpuShares: start.cpuShares ?? 0, cpuPeriod: start.cpuPeriod ?? 0, cpuQuota: start.cpuQuota ?? 0 },
      ...{ cpusetCpus: start.cpusetCpus ?? '', cpusetMems: start.cpusetMems ?? '' },
      cgroupParent: start.cgroupParent ?? '',
    },
    entitlements: entitlementsOf(start.allow ?? []),
    secret: secretsOf(start.secrets ?? []),
    ssh: async (name) => start.ssh?.find((agent) => agent.id === (name || 'default'))?.socket ?? null,
    credentials: async (domain) => credentials(domain),
    outputs: (start.outputs ?? [{ kind: 'image', names: [], push: false }]).map((output, index) =>
      outputOf(output, () => io.streamed(index), parts.rootless),
    ),
    squash: start.squash ?? false,
    annotations: start.annotations ?? [],
    sourceDateEpoch: start.sourceDateEpoch ?? epochOf(args),
  }
}

async function sourceOf(source: BuildSource | undefined, { stats }: RequestParts): Promise<ContextSource> {
  switch (source?.kind) {
    case 'folder':
      if (!isAbsolute(source.path ?? ''))
        throw new EngineError('invalid', `the path of a build context must be absolute: ${source.path}`)
      return { kind: 'files', provider: await folderContext(source.path, { stats }) }
    case 'git':
      return { kind: 'git', address: source.address }
    case 'http':
      return { kind: 'http', url: source.url }
    case 'image':
      return { kind: 'image', reference: source.reference }
    case 'empty':
      return { kind: 'empty' }
    case 'body':
      throw new EngineError('invalid', 'only the main context can come with the request')
    default:
      throw new EngineError(
        'invalid',
        'a context needs a kind: folder, body, git, http, image or empty (in the field context)',
      )
  }
}

function placeOf(context: BuildSource): string {
  switch (context.kind) {
    case 'folder':
      return context.path
    case 'git':
      return withoutPassword(context.address)
    case 'http':
      return withoutPassword(context.url)
    default:
      return ''
  }
}

function titleOf(context: BuildSource): string {
  switch (context.kind) {
    case 'folder':
      return basename(context.path)
    case 'git':
      return context.address
    case 'http':
      return context.url
    default:
      return 'build'
  }
}

function entitlementsOf(allow: readonly string[]): BuildRequest['entitlements'] {
  const odd = allow.find((each) => !['security.insecure', 'network.host'].includes(each))
  if (odd !== undefined)
    throw new EngineError('invalid', `${odd} cannot be allowed: use security.insecure or network.host`)
  return { insecure: allow.includes('security.insecure'), hostNetwork: allow.includes('network.host') }
}

/** Values stay in memory until the build has ended; files are read when a step asks. */
function secretsOf(secrets: readonly BuildSecret[]): BuildRequest['secret'] {
  return async (id) => {
    const found = secrets.find((secret) => secret.id === id)
    if (!found) return null
    if ('base64' in found) return Buffer.from(found.base64, 'base64')
    return await readFile(found.file).catch((cause: unknown) => {
      throw new EngineError('invalid', `the file of the secret ${id} cannot be read: ${found.file}`, {
        cause,
      })
    })
  }
}

function outputOf(output: BuildOutput, streamed: () => TarReceiver, rootless: boolean): Output {
  switch (output.kind) {
    case 'image':
      return { kind: 'image', names: namesOf(output.names ?? []), push: output.push ?? false }
    case 'docker':
    case 'oci':
      return { kind: output.kind, names: namesOf(output.names ?? []), receive: fileOr(output.to, streamed) }
    case 'tar':
      return { kind: 'files', receive: fileOr(output.to, streamed) }
    case 'local':
      return {
        kind: 'files',
        receive: output.to?.kind === 'path' ? toFolder(output.to.path, rootless) : streamed(),
      }
    case 'none':
      return { kind: 'none' }
    default:
      throw new EngineError(
        'invalid',
        `${(output as { kind?: unknown }).kind} is no kind of output: use image, docker, oci, local, tar or none`,
      )
  }
}

function fileOr(to: OutputPlace | undefined, streamed: () => TarReceiver): TarReceiver {
  return to?.kind === 'path' ? toFile(to.path) : streamed()
}
