/** What POST /build asks for, as a build. */

import type { Readable } from 'node:stream'
import type { BuildOutputSpec, ImageBuildOptions } from '../../../api/build.ts'
import { detectCompression, rejoin } from '../../../archive/compression.ts'
import { BLOCK, decodeBlock } from '../../../archive/header-block.ts'
import { plainRequest } from '../../../builder/plain-request.ts'
import { withoutPassword } from '../../../builder/plan/without-password.ts'
import type { BuildRequest, CacheSpec, ContextSource, Output } from '../../../builder/request.ts'
import { EngineError } from '../../../errors.ts'
import { parsePlatform } from '../../../oci/platform.ts'
import { parseReference } from '../../../oci/reference.ts'
import { decodeRegistryConfig } from '../../images/registry-auth.ts'
import { epochOf, isGitAddress, networkOf, type RequestParts, tarProvider } from './parts.ts'

/** A Dockerfile of more than this, sent alone, is none. */
const MAX_TEXT_BYTES = 1024 * 1024

/**
 * All but the context and where results go, which differ between Docker's two builders. Throws `invalid` in Docker's
 * words.
 */
export function dockerRequest(id: string, options: ImageBuildOptions, accounts: string): BuildRequest {
  const args = new Map(Object.entries(options.buildArgs))
  const credentials = decodeRegistryConfig(accounts)
  const plain = plainRequest(id)
  const inline = ['1', 'true'].includes(args.get('BUILDKIT_INLINE_CACHE') ?? '')
  return {
    ...plain,
    title: titleOf(options),
    dockerfile: { ...plain.dockerfile, path: dockerfilePath(options.dockerfile) },
    target: options.target === '' ? null : options.target,
    args,
    labels: options.labels,
    platform: options.platform === '' ? null : parsePlatform(options.platform),
    noCache: options.noCache,
    pull: options.pull,
    cacheFrom: options.cacheFrom.map((ref): CacheSpec => ({ type: 'registry', fields: { ref } })),
    cacheTo: inline ? [{ type: 'inline', fields: {} }] : [],
    network: networkOf(options.networkMode),
    extraHosts: options.extraHosts,
    run: {
      shmBytes: options.shmSize,
      ulimits: options.ulimits.map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard })),
      memoryBytes: options.memory,
      memorySwapBytes: options.memorySwap,
      cpuShares: options.cpuShares,
      cpuQuota: options.cpuQuota,
      cpuPeriod: options.cpuPeriod,
      cpusetCpus: options.cpusetCpus,
      cpusetMems: options.cpusetMems,
      cgroupParent: options.cgroupParent,
    },
    entitlements: { insecure: false, hostNetwork: options.networkMode === 'host' },
    credentials: async (domain) => credentials(domain),
    outputs: [{ kind: 'image', names: namesOf(options.tags), push: false }],
    squash: options.squash,
    sourceDateEpoch: epochOf(args),
  }
}

/** The names of `t=`, checked. Throws `invalid`. */
export function namesOf(tags: readonly string[]): readonly string[] {
  const names = tags.filter((tag) => tag !== '')
  for (const name of names)
    if (parseReference(name).digest !== undefined)
      throw new EngineError('invalid', 'build tag cannot contain a digest')
  return names
}

/** Where the files of a classic build come from: the body, or an address. Throws `invalid`. */
export async function bodyContext(
  parts: RequestParts,
  remote: string,
  body: Readable,
): Promise<{ readonly context: ContextSource; readonly text: string | null }> {
  if (isGitAddress(remote)) return { context: { kind: 'git', address: remote }, text: null }
  if (/^https?:\/\//.test(remote)) return { context: { kind: 'http', url: remote }, text: null }
  if (remote !== '') throw new EngineError('invalid', `remoteURL (${remote}) could not be recognized as URL`)
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const head = await readHead(chunks)
  if (head.length === 0) return { context: { kind: 'empty' }, text: null }
  const whole = rejoin(head, chunks)
  if (isArchive(head)) return { context: { kind: 'files', provider: tarProvider(parts, whole) }, text: null }
  return { context: { kind: 'empty' }, text: await readText(whole) }
}

/** An output of `outputs=` whose bytes go through `send`; null for what is none of those. */
export function imageOutput(spec: BuildOutputSpec, tags: readonly string[]): Output | null {
  const { Type, Attrs } = spec
  const names = [...namesOf(tags), ...namesOf((Attrs.name ?? '').split(','))]
  switch (Type) {
    case 'image':
    case 'moby':
      return { kind: 'image', names, push: Attrs.push === 'true' }
    case 'registry':
      return { kind: 'image', names, push: true }
    case 'cacheonly':
      return { kind: 'none' }
    default:
      return null
  }
}

function titleOf({ tags, remote, dockerfile }: ImageBuildOptions): string {
  const address = ['client-session', 'upload-request'].includes(remote) ? '' : withoutPassword(remote)
  return tags[0] || address || dockerfile || 'build'
}

/** Below the context. Throws `invalid` for one that leads out. */
function dockerfilePath(given: string): string {
  if (given === '') return 'Dockerfile'
  const parts: string[] = []
  for (const part of given.split('/')) {
    if (part === '..' && parts.pop() === undefined)
      throw new EngineError('invalid', `forbidden path outside the build context: ${given} ()`)
    if (!['', '.', '..'].includes(part)) parts.push(part)
  }
  return parts.join('/')
}

async function readHead(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0)
  while (head.length < BLOCK) {
    const next = await chunks.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  return head
}

function isArchive(head: Buffer): boolean {
  if (detectCompression(head) !== 'none') return true
  if (head.length < BLOCK) return false
  try {
    decodeBlock(head.subarray(0, BLOCK))
    return true
  } catch {
    return false
  }
}

async function readText(source: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of source) {
    size += part.length
    if (size > MAX_TEXT_BYTES)
      throw new EngineError('invalid', 'the request body is neither a tar archive nor a Dockerfile')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
