/** `longshore build`: docker build's flags, on an engine that builds in place, else by its classic API. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { connectEngine, type EngineClient } from '../../../engine/client/client.ts'
import { parseEndpoint } from '../../../engine/client/endpoint.ts'
import { EngineError, isEngineError } from '../../../engine/errors.ts'
import { allAccounts } from '../../services/images/docker-config.ts'
import { classicBuild } from './classic.ts'
import { checkLines, failureLines, warningLines } from './ending.ts'
import { BUILD_HELP } from './help.ts'
import { type BuildOptions, readBuildOptions } from './options.ts'
import { type Reporter, reporter } from './progress/reporter.ts'
import { receive, writeFacts } from './results.ts'
import { openAgents, readSecrets } from './secrets.ts'
import { readSources, type Sources } from './sources.ts'
import { buildStart } from './start.ts'

/** Ended by ^C, as a shell says it. */
const INTERRUPTED = 130

/** A command that cannot be understood, as docker's CLI ends. */
const MISUSED = 125

/** Runs one build; resolves to the exit code. `socket` is the embedded engine's. */
export async function build(args: readonly string[], socket: string): Promise<number> {
  let options: BuildOptions | null
  try {
    options = readBuildOptions(args, process.env)
  } catch (error) {
    return failed(error, MISUSED)
  }
  if (options === null) {
    process.stdout.write(BUILD_HELP)
    return 0
  }
  return run(options, socket).catch((error: unknown) => failed(error, 1))
}

function failed(error: unknown, code: number): number {
  if (!isEngineError(error)) throw error
  console.error(code === MISUSED ? `ERROR: ${error.message}` : `ERROR: failed to build: ${error.message}`)
  return code
}

async function run(options: BuildOptions, socket: string): Promise<number> {
  const cwd = process.cwd()
  const sources = await readSources(options, cwd, () => process.stdin)
  const endpoint = parseEndpoint(options.host ?? process.env.DOCKER_HOST ?? `unix://${socket}`)
  const client = await connectEngine(endpoint)
  const abort = new AbortController()
  let interrupted = false
  const interrupt = () => {
    if (interrupted) process.exit(INTERRUPTED)
    interrupted = true
    abort.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    if (options.check) return await check(client, sources, cwd)
    if (!client.capabilities.builds) return await classicBuild(client, options, sources, abort.signal)
    return await buildInPlace(client, options, sources, cwd, abort.signal)
  } catch (error) {
    if (!interrupted) throw error
    console.error('ERROR: failed to build: the build was cancelled')
    return INTERRUPTED
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

async function buildInPlace(
  client: EngineClient,
  options: BuildOptions,
  sources: Sources,
  cwd: string,
  signal: AbortSignal,
): Promise<number> {
  const agents = await openAgents(options.ssh, process.env, cwd)
  try {
    const secrets = await readSecrets(options.secrets, process.env, cwd)
    const start = buildStart(
      options,
      { sources, secrets, ssh: agents.sockets },
      { cwd, ownPlatform: platformOf(client) },
    )
    const events = await client.builds.start(start, {
      ...(sources.body === null ? {} : { context: sources.body }),
      accounts: await allAccounts(process.env),
      signal,
    })
    let report: Reporter | null = null
    let received: Promise<void>[] = []
    for await (const event of events) {
      if (event.kind === 'started') {
        report = reporter(options.progress, event.id, process.stderr)
        received = receiveAll(client, event.id, options, cwd, signal)
      } else report?.add(event)
    }
    report?.close()
    return await conclude(report, received, options, cwd, signal)
  } finally {
    agents.close()
  }
}

/** The outputs that come as streams, each asked for at once: it waits until there is something. */
function receiveAll(
  client: EngineClient,
  id: string,
  options: BuildOptions,
  cwd: string,
  signal: AbortSignal,
): Promise<void>[] {
  return options.outputs.flatMap((output, at) => {
    if (!('to' in output)) return []
    const work = async () => receive(output, await client.builds.output(id, at, signal), cwd)
    const received = work()
    // A build that fails takes its outputs with it: that is told once, by the build.
    received.catch(() => undefined)
    return [received]
  })
}

async function conclude(
  report: Reporter | null,
  received: readonly Promise<void>[],
  options: BuildOptions,
  cwd: string,
  signal: AbortSignal,
): Promise<number> {
  const end = report?.model.end
  if (!report || !end) {
    if (signal.aborted) throw new EngineError('cancelled', 'the build was cancelled')
    throw new EngineError('unavailable', 'the engine ended before the build did')
  }
  const { model } = report
  if (end.kind === 'failed') {
    const { failure } = end
    const step = failure.step === null ? undefined : model.step(failure.step)
    console.error(failureLines(failure, step, model.source).join('\n'))
    return failure.kind === 'cancelled' ? INTERRUPTED : 1
  }
  await Promise.all(received)
  if (options.progress !== 'quiet' && options.progress !== 'rawjson') {
    for (const line of warningLines(model.warnings)) console.error(line)
  }
  if (options.progress === 'quiet' && end.result.imageId !== null) console.log(end.result.imageId)
  await writeFacts(options, end.result, cwd)
  return 0
}

/** `--check`: what is to be said of the Dockerfile. 1 when there is anything. */
async function check(client: EngineClient, sources: Sources, cwd: string): Promise<number> {
  if (!client.capabilities.builds)
    throw new EngineError('not-implemented', 'this engine cannot check a Dockerfile without building it')
  const source = await dockerfileText(sources, cwd)
  const problems = await client.builds.check(source.text)
  console.log(checkLines(problems, source).join('\n'))
  return problems.length === 0 ? 0 : 1
}

async function dockerfileText({ context, dockerfile }: Sources, cwd: string) {
  const name = dockerfile.path ?? 'Dockerfile'
  if (dockerfile.text !== undefined) return { path: name, text: dockerfile.text }
  const from = dockerfile.from ?? context
  if (from.kind !== 'folder')
    throw new EngineError('not-implemented', '--check reads a Dockerfile of this machine')
  const place = path.resolve(cwd, from.path, name)
  const text = await readFile(place, 'utf8').catch((cause: Error) => {
    throw new EngineError('not-found', `failed to read dockerfile: ${place}: ${cause.message}`, { cause })
  })
  return { path: name, text }
}

function platformOf(client: EngineClient): string {
  const architectures: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' }
  const { Architecture = '' } = client.info
  return `linux/${architectures[Architecture] ?? Architecture}`
}
