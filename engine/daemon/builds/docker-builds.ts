/** Builds that come by Docker's API: the classic builder's way, and BuildKit's with its session. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import type { ImageBuildOptions } from '../../api/build.ts'
import type { BuildRequest } from '../../builder/request.ts'
import { EngineError } from '../../errors.ts'
import type { Builds, StartedBuild } from './builds.ts'
import { ClassicLines } from './classic/classic-lines.ts'
import { newBuildId } from './requests/build-id.ts'
import { bodyContext, dockerRequest } from './requests/docker-request.ts'
import type { RequestParts } from './requests/parts.ts'
import { withSession } from './requests/session-request.ts'
import { identityOf } from './session/identity.ts'
import type { KeptFolders } from './session/kept-folders.ts'
import { Sessions } from './session/sessions.ts'
import { TraceWriter } from './trace.ts'
import { Uploads } from './uploads.ts'

/** What comes with a request. */
export interface DockerBuildIo {
  readonly body: Readable
  /** The X-Registry-Config header, or empty. */
  readonly accounts: string
  readonly signal: AbortSignal
}

const UPLOAD = 'upload-request'

export class DockerBuilds {
  readonly #builds: Builds
  readonly #parts: RequestParts
  readonly #kept: KeptFolders
  readonly #sessions = new Sessions()
  readonly #uploads = new Uploads()
  readonly #named = new Map<string, StartedBuild>()

  constructor(builds: Builds, parts: RequestParts, kept: KeptFolders) {
    this.#builds = builds
    this.#parts = parts
    this.#kept = kept
  }

  /** Docker's lines. Throws before the first for what cannot begin. */
  async *build(options: ImageBuildOptions, io: DockerBuildIo): AsyncGenerator<unknown, void, undefined> {
    const { buildId } = options
    if (options.version === 1) {
      yield* this.#classic(options, io)
    } else if (buildId.startsWith(`${UPLOAD}:`)) {
      // Not a build: the context of one, which another request asks for.
      await this.#uploads.offer(buildId.slice(UPLOAD.length + 1), io.body, io.signal)
    } else {
      yield* this.#buildkit(options, io)
    }
  }

  /** Cancels the build that a client named so. */
  cancel(buildId: string): void {
    this.#named.get(buildId)?.cancel()
  }

  /** A client that serves its files and secrets. */
  session(headers: IncomingHttpHeaders, answered: () => Duplex): void {
    this.#sessions.add(identityOf(headers), answered)
  }

  close(): void {
    this.#sessions.close()
  }

  async *#classic(options: ImageBuildOptions, io: DockerBuildIo): AsyncGenerator<unknown> {
    const request = dockerRequest(newBuildId(), options, io.accounts)
    if (options.remote === 'client-session')
      throw new EngineError('invalid', 'a build by session needs version=2')
    const { context, text } = await bodyContext(this.#parts, options.remote, io.body)
    const lines = new ClassicLines({
      target: request.target,
      args: request.args.keys(),
      quiet: options.quiet,
    })
    const whole = { ...request, context, dockerfile: { ...request.dockerfile, text } }
    yield* this.#run(whole, io.signal, async function* (build) {
      for await (const event of build.events) yield* lines.write(event)
    })
  }

  async *#buildkit(options: ImageBuildOptions, io: DockerBuildIo): AsyncGenerator<unknown> {
    const { buildId, remote, session: sessionId } = options
    const body = remote === UPLOAD ? await this.#uploads.take(buildId, io.signal) : io.body
    const base = dockerRequest(newBuildId(), options, io.accounts)
    const session = sessionId === '' ? null : await this.#sessions.wait(sessionId, io.signal)
    const asked = { options: { ...options, remote: remote === UPLOAD ? '' : remote }, body, session }
    const whole = await withSession(base, asked, { ...this.#parts, kept: this.#kept })
    try {
      yield* this.#run(whole.request, io.signal, (build) => traceLines(build, options.quiet), buildId)
    } finally {
      await whole.close()
      if (remote === UPLOAD) this.#uploads.done(buildId)
    }
  }

  /** Starts a build and gives what `tell` makes of it; whoever stops reading cancels it. */
  async *#run(
    request: BuildRequest,
    signal: AbortSignal,
    tell: (build: StartedBuild) => AsyncGenerator<unknown>,
    name = '',
  ): AsyncGenerator<unknown> {
    const build = await this.#builds.start(request)
    const cancel = () => build.cancel()
    signal.addEventListener('abort', cancel)
    if (signal.aborted) cancel()
    if (name !== '') this.#named.set(name, build)
    try {
      yield* tell(build)
    } finally {
      signal.removeEventListener('abort', cancel)
      if (name !== '') this.#named.delete(name)
      // Of a build that has ended there is nothing to cancel.
      cancel()
    }
  }
}

/** A build as BuildKit's client reads it; quiet ones tell their image alone. */
async function* traceLines({ id, events }: StartedBuild, quiet: boolean): AsyncGenerator<unknown> {
  const trace = new TraceWriter(id)
  for await (const event of events) {
    const aux = quiet ? null : trace.write(event)?.toString('base64')
    if (aux) yield { id: 'moby.buildkit.trace', aux }
    if (event.kind === 'failed') throw new EngineError('invalid', event.failure.message)
    if (event.kind !== 'result' || event.result.imageId === null) continue
    yield { id: 'moby.image.id', aux: { ID: event.result.imageId } }
    if (quiet) yield { stream: `${event.result.imageId}\n` }
  }
}
