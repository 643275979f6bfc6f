/** What a person does with builds. */
import type { BuildStart } from '../../../engine/api/longshore/builds.ts'
import { complete } from '../../../engine/builder/parse/assist/complete.ts'
import { hover } from '../../../engine/builder/parse/assist/hover.ts'
import { formatDockerfile } from '../../../engine/builder/parse/format.ts'
import { parseDockerfile } from '../../../engine/builder/parse/parse.ts'
import type { EngineClient } from '../../../engine/client/client.ts'
import type {
  BuildInput,
  BuildView,
  CompletionAnswer,
  DockerfileProblem,
  DockerfileRange,
} from '../../contract/builds.ts'
import type { Done } from '../../contract/live.ts'
import type { LogMessage } from '../../contract/logs.ts'
import { line } from '../containers/words.ts'
import type { Engines } from '../engines/engines.ts'
import { explained, ServiceError } from '../failure.ts'
import { allAccounts } from '../images/docker-config.ts'
import type { CommandLog } from '../settings/command-log.ts'
import type { TaskHandle, Tasks } from '../tasks/tasks.ts'
import { Asked } from './asked.ts'
import { buildLine } from './build-line.ts'
import { buildLog, followBuild } from './follow.ts'

export class Builds {
  readonly #engines: Engines
  readonly #tasks: Tasks
  readonly #log: CommandLog
  readonly #asked: Asked

  constructor(engines: Engines, tasks: Tasks, log: CommandLog, stateDirectory: string) {
    this.#engines = engines
    this.#tasks = tasks
    this.#log = log
    this.#asked = new Asked(stateDirectory)
  }

  follow(
    engineId: string,
    id: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<BuildView, void, undefined> {
    return followBuild(this.#client(engineId), id, this.#asked.of(id), signal)
  }

  log(
    engineId: string,
    id: string,
    step: string | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<LogMessage, void, undefined> {
    return buildLog(this.#client(engineId), id, step, signal)
  }

  /** Starts it. It goes on when the application ends; the task follows it. */
  async start(input: BuildInput): Promise<Done & { readonly id: string; readonly task: string }> {
    const client = this.#client(input.engine)
    const command = buildLine(input)
    const start = startOf(input)
    const id = await this.#log.note(input.engine, command, () =>
      explained(`build ${start.title}`, async () => {
        const accounts = await allAccounts()
        const lines = await client.builds.start(start, { accounts, signal: new AbortController().signal })
        for await (const first of lines) if (first.kind === 'started') return first.id
        throw new ServiceError('internal', 'the engine started no build')
      }),
    )
    await this.#asked.note(id, input)
    const spec = {
      engine: input.engine,
      title: `Build ${start.title}`,
      command,
      detail: { kind: 'build', build: id } as const,
    }
    const task = this.#tasks.start(spec, (handle) => watched(client, id, handle))
    return { id, task: task.id, command, warnings: [] }
  }

  command(input: BuildInput): string {
    return buildLine(input)
  }

  cancel(engineId: string, id: string): Promise<void> {
    return explained('cancel the build', () => this.#client(engineId).builds.cancel(id))
  }

  async forget(engineId: string, id: string): Promise<void> {
    const engine = this.#engines.get(engineId)
    await explained('forget the build', () => this.#client(engineId).builds.remove(id))
    engine.objects.builds.patch([], [id])
  }

  /** A running container of what remains of a failed step. */
  async shell(engineId: string, id: string, step: string): Promise<Done & { readonly container: string }> {
    const client = this.#client(engineId)
    const { containerId } = await explained('enter the failed step', async () => {
      const made = await client.builds.shell(id, step)
      await client.containers.start(made.containerId)
      return made
    })
    return {
      container: containerId,
      command: line(['docker', 'exec', '-it', containerId.slice(0, 12), 'sh']),
      warnings: [],
    }
  }

  check(text: string): readonly DockerfileProblem[] {
    return parseDockerfile(text).problems
  }

  format(text: string): string {
    return formatDockerfile(text)
  }

  complete(
    engineId: string,
    text: string,
    at: { readonly line: number; readonly column: number },
  ): CompletionAnswer {
    const images = [...this.#engines.get(engineId).objects.images.rows.values()].flatMap((row) => row.tags)
    const { items, range } = complete(text, at, { images, buildArgs: [] })
    return {
      range,
      items: items.map(({ label, kind, insert, detail, docs }) => ({
        ...{ label, kind: KINDS[kind], insert },
        detail: detail || null,
        about: docs || null,
      })),
    }
  }

  hover(
    text: string,
    at: { readonly line: number; readonly column: number },
  ): { readonly about: string; readonly range: DockerfileRange } | null {
    const found = hover(text, at)
    return found && { about: found.markdown, range: found.range }
  }

  #client(engineId: string): EngineClient {
    const engine = this.#engines.get(engineId)
    if (engine.client.capabilities.builds) return engine.client
    throw new ServiceError('not-implemented', `Longshore does not build on ${engine.entry.name} yet.`, {
      remedy: 'Build on the embedded engine, and push the image or save it to a file.',
    })
  }
}

const KINDS = {
  instruction: 'instruction',
  directive: 'instruction',
  flag: 'flag',
  key: 'value',
  value: 'value',
  rule: 'value',
  stage: 'stage',
  image: 'image',
  variable: 'variable',
} as const

/** A task that goes along with a build, and cancels it when it is cancelled. */
async function watched(client: EngineClient, id: string, handle: TaskHandle): Promise<string> {
  const cancel = () => void client.builds.cancel(id).catch(() => {}) // it has ended already
  handle.signal.addEventListener('abort', cancel, { once: true })
  for await (const view of followBuild(client, id, null, undefined)) {
    const { total, completed } = view.row.steps
    handle.progress(
      { kind: 'build', build: id },
      { fraction: total > 0 ? completed / total : null, bytesPerSecond: null, secondsLeft: null },
    )
    if (view.row.state === 'done') return view.row.names[0] ?? view.row.imageId ?? 'Built'
    if (view.failure && view.row.state === 'failed') throw new ServiceError('invalid', view.failure.message)
  }
  throw new ServiceError('cancelled', 'the build was cancelled')
}

function startOf(input: BuildInput): BuildStart & { readonly title: string } {
  const { source, dockerfile, target, platform, noCache, pull } = input
  return {
    title: titleOf(input),
    context: source,
    dockerfile: {
      path: dockerfile.path || 'Dockerfile',
      ...(dockerfile.text === null ? {} : { text: dockerfile.text }),
    },
    args: input.arguments,
    noCache,
    pull,
    secrets: input.secrets,
    ...(target === '' ? {} : { target }),
    ...(platform === '' ? {} : { platform }),
    outputs: [{ kind: 'image', names: input.tags, push: false }],
    detached: true,
  }
}

/** What the history calls it: the folder's or repository's name. */
function titleOf({ source, tags }: BuildInput): string {
  const place = source.kind === 'folder' ? source.path : source.kind === 'git' ? source.address : ''
  const name = place
    .replace(/#.*$/, '')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '')
    .split('/')
    .at(-1)
  return name || (tags[0] ?? 'Dockerfile')
}
