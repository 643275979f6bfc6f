/** What a person does with volumes. */
import type { Done } from '../../contract/live.ts'
import { line } from '../containers/words.ts'
import type { Engines } from '../engines/engines.ts'
import { explained } from '../failure.ts'
import type { CommandLog } from '../settings/command-log.ts'

export class Volumes {
  readonly #engines: Engines
  readonly #log: CommandLog

  constructor(engines: Engines, log: CommandLog) {
    this.#engines = engines
    this.#log = log
  }

  /** An empty name lets the engine choose one. */
  async create(
    engineId: string,
    name: string,
    labels: Readonly<Record<string, string>>,
  ): Promise<Done & { readonly name: string }> {
    const client = this.#engines.get(engineId).client
    const flags = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`])
    const command = line(['docker', 'volume', 'create', ...flags, ...(name === '' ? [] : [name])])
    const volume = await this.#log.note(engineId, command, () =>
      explained(name === '' ? 'create a volume' : `create volume ${name}`, () =>
        client.volumes.create(name, labels),
      ),
    )
    return { command, warnings: [], name: volume.Name }
  }

  async remove(engineId: string, name: string, force: boolean): Promise<Done> {
    const client = this.#engines.get(engineId).client
    const command = line(['docker', 'volume', 'rm', ...(force ? ['-f'] : []), name])
    await this.#log.note(engineId, command, () =>
      explained(`remove volume ${name}`, () => client.volumes.remove(name, { force })),
    )
    return { command, warnings: [] }
  }
}
