/** Builds that run, whoever began them: their rows go on by their own events, step by step. */
import type { EngineClient } from '../../../engine/client/client.ts'
import { isEngineError } from '../../../engine/errors.ts'
import type { BuildRow } from '../../contract/builds.ts'
import { followBuild } from './follow.ts'

export class RunningBuilds {
  readonly #onRow: (row: BuildRow) => void
  readonly #followed = new Set<string>()

  constructor(onRow: (row: BuildRow) => void) {
    this.#onRow = onRow
  }

  /** Follows those of `rows` that run, each once. */
  follow(client: EngineClient, rows: Iterable<BuildRow>): void {
    for (const { id, state } of rows) {
      if (state !== 'running' || this.#followed.has(id)) continue
      this.#followed.add(id)
      this.#one(client, id)
        .catch((error: unknown) => {
          // An engine that went is told of by its event stream, and read anew when it is back.
          if (!isEngineError(error)) throw error
        })
        .finally(() => this.#followed.delete(id))
    }
  }

  async #one(client: EngineClient, id: string): Promise<void> {
    for await (const { row } of followBuild(client, id, null, undefined)) this.#onRow(row)
  }
}
