/** Builds the image of a service: in place at engines that can, else by POST /build with the context as a tar. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { BuildSource, BuildStart } from '../../api/longshore/builds.ts'
import type { ClassicLine, RegistryAccounts } from '../../client/builds.ts'
import { type FileToPut, tarEntries } from '../../client/tar-files.ts'
import { findIgnoreFile } from '../../context/ignore-file.ts'
import { packFolder } from '../../context/pack.ts'
import { EngineError } from '../../errors.ts'
import type { Build, Project, Service } from '../load/project.ts'
import { texts } from '../plan/desired/amounts.ts'
import { imageOf } from '../plan/identity.ts'
import type { Action } from '../plan/step.ts'
import type { ApplyOptions } from './apply.ts'

/** A Dockerfile that is not in the context goes along under this name. */
const INLINE = '.dockerfile.longshore'

/** Resolves when the image has all its names. Throws `invalid`, `not-implemented`, or what the build failed of. */
export async function build(
  { service: name, image }: Extract<Action, { kind: 'build' }>,
  options: ApplyOptions,
): Promise<void> {
  const { project, client } = options
  const service = project.services[name] ?? project.disabled[name]
  if (!service?.build) throw new EngineError('invalid', `services.${name} has no build`)
  const request = await buildRequest(service, service.build, image, options)
  try {
    if (client.capabilities.builds) await inPlace(request, image, options)
    else await classic(request, service.build, image, options)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    throw new EngineError(error.kind, `failed to build ${image}: ${error.message}`, { cause: error })
  }
}

/** What `build:` asks for, every key of it, in the words of Longshore's own endpoint. */
export async function buildRequest(
  service: Service,
  asked: Build,
  image: string,
  { project, environment, read }: Pick<ApplyOptions, 'project' | 'environment' | 'read'>,
): Promise<BuildStart> {
  const platform = asked.platforms?.[0] ?? service.platform
  const allow = [...(asked.entitlements ?? []), ...(asked.privileged ? ['security.insecure'] : [])]
  return {
    title: image,
    context: sourceOf(asked.context, project),
    dockerfile:
      asked.dockerfile_inline === undefined ? dockerfileOf(asked) : { text: asked.dockerfile_inline },
    namedContexts: Object.fromEntries(
      Object.entries(asked.additional_contexts ?? {}).map(([key, value]) => [key, sourceOf(value, project)]),
    ),
    args: argumentsOf(asked, environment),
    labels: texts(asked.labels),
    noCache: asked.no_cache ?? false,
    noCacheFilter: asked.no_cache_filter ?? [],
    pull: asked.pull ?? false,
    cacheFrom: (asked.cache_from ?? []).map(cacheOf),
    cacheTo: (asked.cache_to ?? []).map(cacheOf),
    extraHosts: Object.entries(asked.extra_hosts ?? {}).flatMap(([host, addresses]) =>
      addresses.map((address) => `${host}:${address}`),
    ),
    ulimits: Object.entries(asked.ulimits ?? {}).map(([limit, value]) =>
      typeof value === 'number' ? { name: limit, soft: value, hard: value } : { name: limit, ...value },
    ),
    allow,
    secrets: await secretsOf(asked, project, environment, read),
    ssh: Object.entries(asked.ssh ?? {}).map(([id, socket]) => ({
      id,
      socket:
        socket ??
        environment.SSH_AUTH_SOCK ??
        absent(`ssh ${id}: SSH_AUTH_SOCK is not set, and no path is given`),
    })),
    outputs: [{ kind: 'image', names: [image, ...(asked.tags ?? [])], push: false }],
    ...(asked.target === undefined ? {} : { target: asked.target }),
    ...(asked.network === undefined ? {} : { network: asked.network }),
    ...(asked.shm_size === undefined ? {} : { shmBytes: Number(asked.shm_size) }),
    ...(platform === undefined ? {} : { platform }),
  }
}

/** A folder, an address of git or of a file, an image, or the image of another service. */
function sourceOf(text: string, project: Project): BuildSource {
  if (text.startsWith('service:')) {
    const other = project.services[text.slice(8)] ?? project.disabled[text.slice(8)]
    if (!other) absent(`${text}: there is no such service`)
    else return { kind: 'image', reference: imageOf(project, other) }
  }
  if (text.startsWith('docker-image://')) return { kind: 'image', reference: text.slice(15) }
  if (/^(git|ssh):\/\/|^git@|^github\.com\/|^https?:\/\/[^#]*\.git(#|$)/.test(text))
    return { kind: 'git', address: text }
  if (/^https?:\/\//.test(text)) return { kind: 'http', url: text }
  return { kind: 'folder', path: text }
}

/** A Dockerfile outside of its context is read from where it is (Compose Build, dockerfile). */
function dockerfileOf({ context, dockerfile = 'Dockerfile' }: Build): NonNullable<BuildStart['dockerfile']> {
  const relative = path.isAbsolute(dockerfile)
    ? path.relative(context, dockerfile)
    : path.normalize(dockerfile)
  if (!relative.startsWith('..')) return { path: relative }
  const whole = path.resolve(context, dockerfile)
  return { path: path.basename(whole), from: { kind: 'folder', path: path.dirname(whole) } }
}

/** An argument without a value has the variable's of its name; one that is not set is the Dockerfile's own. */
function argumentsOf(
  { args }: Build,
  environment: ApplyOptions['environment'],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(args ?? {}).flatMap(([name, value]) => {
      const found = value ?? environment[name]
      return found === undefined ? [] : [[name, found] as const]
    }),
  )
}

/** `type=registry,ref=app` or the reference alone. */
function cacheOf(text: string): { readonly type: string; readonly fields: Readonly<Record<string, string>> } {
  if (!text.includes('=')) return { type: 'registry', fields: { ref: text } }
  const { type = 'registry', ...fields } = Object.fromEntries(
    text.split(',').map((field) => {
      const at = field.indexOf('=')
      return [field.slice(0, at), field.slice(at + 1)] as const
    }),
  )
  return { type, fields }
}

async function secretsOf(
  { secrets }: Build,
  project: Project,
  environment: ApplyOptions['environment'],
  read: ApplyOptions['read'],
): Promise<NonNullable<BuildStart['secrets']>> {
  return Promise.all(
    (secrets ?? []).map(async ({ source, target }) => {
      const from = project.secrets[source]
      const variable = from?.environment
      const bytes = from?.file
        ? await read(from.file)
        : Buffer.from(
            variable === undefined
              ? (from?.content ?? absent(`the secret ${source} has neither file nor environment`))
              : (environment[variable] ??
                  absent(`the secret ${source} is to hold the variable ${variable}, which is not set`)),
          )
      return { id: target ?? source, base64: Buffer.from(bytes).toString('base64') }
    }),
  )
}

async function inPlace(request: BuildStart, image: string, options: ApplyOptions): Promise<void> {
  const { client, signal, output } = options
  const events = await client.builds.start(request, { accounts: await accountsOf(options), signal })
  let ended = false
  for await (const event of events) {
    if (event.kind === 'log') for (const line of linesOf(event.text)) output?.(image, line)
    else if (event.kind === 'step' && event.now.state === 'failed') output?.(image, event.now.message)
    else if (event.kind === 'result') ended = true
    else if (event.kind === 'failed')
      throw new EngineError(
        event.failure.kind === 'cancelled' ? 'cancelled' : 'conflict',
        event.failure.message,
      )
  }
  if (!ended)
    throw new EngineError(
      signal.aborted ? 'cancelled' : 'unavailable',
      'the engine ended the build without a word',
    )
}

async function classic(
  request: BuildStart,
  asked: Build,
  image: string,
  options: ApplyOptions,
): Promise<void> {
  const { client, signal, output } = options
  refuse(asked)
  const { context, query } = await packed(request)
  const lines = await client.builds.classic(
    { ...query, ...queryOf(request, image) },
    { context, accounts: await accountsOf(options), signal },
  )
  let id: string | undefined
  for await (const line of lines) {
    const error = line.errorDetail?.message ?? line.error
    if (error !== undefined) throw new EngineError('conflict', error)
    id = line.aux?.ID ?? id
    for (const text of linesOf(lineText(line))) output?.(image, text)
  }
  if (signal.aborted) throw new EngineError('cancelled', 'the build was cancelled')
  if (id === undefined) throw new EngineError('internal', 'the engine did not say which image it built')
  for (const name of asked.tags ?? []) {
    const colon = name.lastIndexOf(':')
    const tagged = colon > name.lastIndexOf('/')
    await client.images.tag(
      id,
      tagged ? name.slice(0, colon) : name,
      tagged ? name.slice(colon + 1) : 'latest',
    )
  }
}

/** What POST /build has no word for (Docker Engine API, ImageBuild). */
function refuse(asked: Build): void {
  const needs = Object.entries({
    secrets: asked.secrets?.length,
    ssh: Object.keys(asked.ssh ?? {}).length,
    additional_contexts: Object.keys(asked.additional_contexts ?? {}).length,
    cache_to: asked.cache_to?.length,
    no_cache_filter: asked.no_cache_filter?.length,
    privileged: asked.privileged,
    entitlements: asked.entitlements?.length,
  }).flatMap(([key, used]) => (used ? [`build.${key}`] : []))
  if (needs.length === 0) return
  throw new EngineError(
    'not-implemented',
    `this engine is built on by its classic API, which has no ${needs.join(', ')}: build with Longshore's own engine, or with docker buildx`,
  )
}

function queryOf(request: BuildStart, image: string): Readonly<Record<string, string | undefined>> {
  const json = (value: object | undefined) =>
    value && Object.keys(value).length > 0 ? JSON.stringify(value) : undefined
  const ulimits = request.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard }))
  return {
    t: image,
    buildargs: json(request.args),
    labels: json(request.labels),
    target: request.target,
    platform: request.platform,
    nocache: request.noCache ? '1' : undefined,
    pull: request.pull ? '1' : undefined,
    networkmode: request.network,
    extrahosts: request.extraHosts?.join('\n') || undefined,
    shmsize: request.shmBytes?.toString(),
    ulimits: json(ulimits),
    cachefrom: json(request.cacheFrom?.flatMap(({ fields }) => fields.ref ?? [])),
    rm: '1',
    forcerm: '1',
  }
}

async function packed({ context, dockerfile }: BuildStart): Promise<{
  readonly context: AsyncIterable<Uint8Array> | null
  readonly query: Readonly<Record<string, string | undefined>>
}> {
  if (context.kind === 'git' || context.kind === 'http') {
    if (dockerfile?.text !== undefined || dockerfile?.from)
      throw new EngineError(
        'not-implemented',
        'this engine takes the Dockerfile of a remote context from there',
      )
    return {
      context: null,
      query: { remote: context.kind === 'git' ? context.address : context.url, dockerfile: dockerfile?.path },
    }
  }
  if (context.kind !== 'folder')
    throw new EngineError('invalid', `the main context cannot be of the kind ${context.kind}`)
  const outside = await outsideText(dockerfile)
  const inside = outside === undefined ? (dockerfile?.path ?? 'Dockerfile') : null
  const read = (name: string) => readFile(path.join(context.path, name)).catch(() => null)
  const { patterns } = await findIgnoreFile(read, inside)
  const files = packFolder(context.path, {
    ignore: patterns,
    always: inside === null ? [] : [inside, '.dockerignore'],
  })
  if (outside === undefined) return { context: files, query: { dockerfile: inside ?? undefined } }
  return { context: joined(tarEntries([inlined(outside)]), files), query: { dockerfile: INLINE } }
}

async function outsideText(dockerfile: BuildStart['dockerfile']): Promise<string | undefined> {
  if (dockerfile?.text !== undefined) return dockerfile.text
  if (dockerfile?.from?.kind !== 'folder') return undefined
  return readFile(path.join(dockerfile.from.path, dockerfile.path ?? 'Dockerfile'), 'utf8')
}

function inlined(text: string): FileToPut {
  return { path: INLINE, uid: 0, gid: 0, mode: 0o644, content: Buffer.from(text) }
}

async function* joined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
}

function lineText({ stream, status, id, progress }: ClassicLine): string {
  if (stream !== undefined) return stream
  return status === undefined || progress !== undefined ? '' : `${id === undefined ? '' : `${id}: `}${status}`
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

async function accountsOf({ accounts }: ApplyOptions): Promise<RegistryAccounts> {
  return (await accounts?.()) ?? {}
}

function absent(what: string): never {
  throw new EngineError('invalid', what)
}
