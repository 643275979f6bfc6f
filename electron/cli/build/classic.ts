/** A build by POST /build, for engines without Longshore's own: the context goes as a tar, text comes back. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { header } from '../../../engine/archive/entry.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../../../engine/archive/write.ts'
import type { EngineClient } from '../../../engine/client/client.ts'
import { findIgnoreFile } from '../../../engine/context/ignore-file.ts'
import { packFolder } from '../../../engine/context/pack.ts'
import { EngineError } from '../../../engine/errors.ts'
import { allAccounts } from '../../services/images/docker-config.ts'
import type { BuildOptions } from './options.ts'
import { writeFacts } from './results.ts'
import type { Sources } from './sources.ts'

/** A Dockerfile that is not in the context goes along under this name. */
const OUTSIDE = '.dockerfile.longshore'

/** Builds, and writes the engine's own lines; resolves to the exit code. Throws `not-implemented` for what needs BuildKit. */
export async function classicBuild(
  client: EngineClient,
  options: BuildOptions,
  sources: Sources,
  signal: AbortSignal,
): Promise<number> {
  refuse(options)
  const { context, query } = await packed(sources)
  const lines = await client.builds.classic(
    { ...query, ...queryOf(options) },
    { context, accounts: await allAccounts(process.env), signal },
  )
  let imageId: string | null = null
  for await (const line of lines) {
    const error = line.errorDetail?.message ?? line.error
    if (error !== undefined) {
      console.error(`ERROR: failed to build: ${error}`)
      return 1
    }
    imageId = line.aux?.ID ?? imageId
    if (options.progress === 'quiet') continue
    if (line.stream !== undefined) process.stderr.write(line.stream)
    else if (line.status !== undefined && line.progress === undefined)
      process.stderr.write(`${line.id === undefined ? '' : `${line.id}: `}${line.status}\n`)
  }
  if (signal.aborted) throw new EngineError('cancelled', 'the build was cancelled')
  if (imageId === null) throw new EngineError('internal', 'the engine did not say which image it built')
  // The first name went with the build.
  for (const name of options.names.slice(1)) {
    const colon = name.lastIndexOf(':')
    const tagged = colon > name.lastIndexOf('/')
    await client.images.tag(
      imageId,
      tagged ? name.slice(0, colon) : name,
      tagged ? name.slice(colon + 1) : 'latest',
    )
  }
  if (options.progress === 'quiet') console.log(imageId)
  const { names } = options
  await writeFacts(options, { imageId, manifestDigest: null, names }, process.cwd())
  return 0
}

function refuse(options: BuildOptions): void {
  const needs = [
    ...(options.secrets.length > 0 ? ['--secret'] : []),
    ...(options.ssh.length > 0 ? ['--ssh'] : []),
    ...(Object.keys(options.contexts).length > 0 ? ['--build-context'] : []),
    ...(options.cacheTo.length > 0 ? ['--cache-to'] : []),
    ...(options.annotations.length > 0 ? ['--annotation'] : []),
    ...(options.noCacheFilter.length > 0 ? ['--no-cache-filter'] : []),
    ...(options.allow.length > 0 ? ['--allow'] : []),
    ...(options.outputs.some((output) => output.kind !== 'image' || output.push)
      ? ['--output and --push']
      : []),
  ]
  if (needs.length === 0) return
  throw new EngineError(
    'not-implemented',
    `this engine is built on by its classic API, which has no ${needs.join(', ')}; build with Longshore's own engine, or with docker build`,
  )
}

/** Parameters of POST /build (Docker Engine API, ImageBuild). */
function queryOf(options: BuildOptions): Readonly<Record<string, string | undefined>> {
  const yes = (value: boolean) => (value ? '1' : undefined)
  const some = (value: Readonly<Record<string, string>>) =>
    Object.keys(value).length === 0 ? undefined : JSON.stringify(value)
  return {
    t: options.names[0],
    buildargs: some(options.args),
    labels: some(options.labels),
    target: options.target ?? undefined,
    platform: options.platform ?? undefined,
    nocache: yes(options.noCache),
    pull: yes(options.pull),
    squash: yes(options.squash),
    networkmode: options.network ?? undefined,
    extrahosts: options.extraHosts.length === 0 ? undefined : options.extraHosts.join('\n'),
    shmsize: options.shmBytes?.toString(),
    memory: options.memoryBytes?.toString(),
    memswap: options.memorySwapBytes?.toString(),
    cpushares: options.cpus.cpuShares?.toString(),
    cpuperiod: options.cpus.cpuPeriod?.toString(),
    cpuquota: options.cpus.cpuQuota?.toString(),
    cpusetcpus: options.cpus.cpusetCpus,
    cpusetmems: options.cpus.cpusetMems,
    cgroupparent: options.cgroupParent ?? undefined,
    ulimits:
      options.ulimits.length === 0
        ? undefined
        : JSON.stringify(
            options.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
          ),
    cachefrom:
      options.cacheFrom.length === 0
        ? undefined
        : JSON.stringify(options.cacheFrom.map(({ ref = '' }) => ref)),
    rm: '1',
    forcerm: '1',
  }
}

async function packed({ context, dockerfile, body }: Sources) {
  switch (context.kind) {
    case 'body':
      return { context: body, query: { dockerfile: dockerfile.path } }
    case 'git':
    case 'http':
      if (dockerfile.text !== undefined || dockerfile.from !== undefined)
        throw new EngineError(
          'not-implemented',
          'this engine takes the Dockerfile of a remote context from there',
        )
      return {
        context: null,
        query: {
          remote: context.kind === 'git' ? context.address : context.url,
          dockerfile: dockerfile.path,
        },
      }
    case 'empty':
      return { context: tarOf(dockerfile.text ?? ''), query: { dockerfile: OUTSIDE } }
    case 'image':
      throw new EngineError('not-implemented', 'this engine cannot take an image for the main context')
    case 'folder':
      return packedFolder(context.path, dockerfile)
  }
}

async function packedFolder(folder: string, dockerfile: Sources['dockerfile']) {
  const read = (name: string) => readFile(path.join(folder, name)).catch(() => null)
  const outside = await outsideText(dockerfile)
  const name = outside === null ? (dockerfile.path ?? 'Dockerfile') : null
  const { patterns } = await findIgnoreFile(read, name)
  const files = packFolder(folder, { ignore: patterns, always: name === null ? [] : [name, '.dockerignore'] })
  if (outside === null) return { context: files, query: { dockerfile: dockerfile.path } }
  return { context: joined(entry(outside), files), query: { dockerfile: OUTSIDE } }
}

async function outsideText({ text, from, path: name = 'Dockerfile' }: Sources['dockerfile']) {
  if (text !== undefined) return text
  if (from === undefined) return null
  if (from.kind !== 'folder')
    throw new EngineError('not-implemented', 'this engine cannot fetch a Dockerfile')
  return readFile(path.join(from.path, name), 'utf8')
}

function entry(text: string): Buffer {
  return encodeEntry(header('file', OUTSIDE), Buffer.from(text))
}

async function* tarOf(text: string): AsyncGenerator<Uint8Array> {
  yield entry(text)
  yield END_OF_ARCHIVE
}

async function* joined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
}
