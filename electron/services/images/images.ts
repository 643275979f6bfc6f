/** What a person does with images. */
import type { EngineClient } from '../../../engine/client/client.ts'
import type { Credentials } from '../../../engine/client/images.ts'
import { EngineError } from '../../../engine/errors.ts'
import type { ImageDetail } from '../../contract/images.ts'
import type { Done } from '../../contract/live.ts'
import { line } from '../containers/words.ts'
import type { Engines } from '../engines/engines.ts'
import { explained } from '../failure.ts'
import type { CommandLog } from '../settings/command-log.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { accountFor } from './docker-config.ts'
import { PullTracker } from './pull.ts'
import { splitReference, withTag } from './reference.ts'
import { detailOfImage } from './rows.ts'

export class Images {
  readonly #engines: Engines
  readonly #tasks: Tasks
  readonly #log: CommandLog

  constructor(engines: Engines, tasks: Tasks, log: CommandLog) {
    this.#engines = engines
    this.#tasks = tasks
    this.#log = log
  }

  async detail(engineId: string, id: string): Promise<ImageDetail> {
    const engine = this.#engines.get(engineId)
    return explained(`read image ${id}`, async () => {
      const [inspect, history] = await Promise.all([
        engine.client.images.inspect(id),
        engine.client.images.history(id),
      ])
      return detailOfImage(inspect, history, engine.objects.images.rows.get(inspect.Id)?.usedBy ?? [])
    })
  }

  /** Starts a pull; `done` resolves when the image is there. */
  pull(
    engineId: string,
    reference: string,
    credentials?: Credentials,
  ): { readonly id: string; readonly command: string; readonly done: Promise<void> } {
    const client = this.#engines.get(engineId).client
    const whole = withTag(reference)
    const command = line(['docker', 'pull', reference])
    const tracker = new PullTracker(whole)
    const spec = { engine: engineId, title: `Pull ${reference}`, command, detail: tracker.detail }
    const task = this.#tasks.start(spec, (handle) =>
      this.#log.note(engineId, command, () =>
        explained(`pull ${reference}`, async () => {
          const account = credentials ?? (await accountFor(whole))
          await pullAll(client, whole, account, handle.signal, tracker, () =>
            handle.progress(tracker.detail, tracker.figures),
          )
          return tracker.result
        }),
      ),
    )
    return { ...task, command }
  }

  async tag(engineId: string, id: string, reference: string): Promise<Done> {
    const client = this.#engines.get(engineId).client
    const { repository, tag, digest } = splitReference(reference)
    if (digest !== null || tag === null) throw new EngineError('invalid', 'A new name may not have a digest.')
    const command = line(['docker', 'tag', id, reference])
    await this.#log.note(engineId, command, () =>
      explained(`tag ${id} as ${reference}`, () => client.images.tag(id, repository, tag)),
    )
    return { command, warnings: [] }
  }

  async remove(
    engineId: string,
    id: string,
    force: boolean,
  ): Promise<Done & { readonly untagged: readonly string[]; readonly deleted: readonly string[] }> {
    const client = this.#engines.get(engineId).client
    const command = line(['docker', 'rmi', ...(force ? ['-f'] : []), id])
    const items = await this.#log.note(engineId, command, () =>
      explained(`remove image ${id}`, () => client.images.remove(id, { force })),
    )
    return {
      command,
      warnings: [],
      untagged: items.flatMap((item) => item.Untagged ?? []),
      deleted: items.flatMap((item) => item.Deleted ?? []),
    }
  }
}

async function pullAll(
  client: EngineClient,
  reference: string,
  credentials: Credentials | undefined,
  signal: AbortSignal,
  tracker: PullTracker,
  tell: () => void,
): Promise<void> {
  for await (const progress of client.images.pull(reference, { credentials, signal })) {
    tracker.take(progress)
    tell()
  }
}
