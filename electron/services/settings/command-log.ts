/** Every act of this session as the docker line that says the same. */
import type { CommandRecord } from '../../contract/settings.ts'

const KEPT = 1000

export class CommandLog {
  #records: CommandRecord[] = []

  get records(): readonly CommandRecord[] {
    return this.#records
  }

  /** Runs `act` and notes `command` with how it went. */
  async note<T>(engine: string, command: string, act: () => Promise<T>): Promise<T> {
    const at = new Date().toISOString()
    try {
      const value = await act()
      this.#add({ at, engine, command, ok: true })
      return value
    } catch (error) {
      this.#add({ at, engine, command, ok: false })
      throw error
    }
  }

  #add(record: CommandRecord): void {
    this.#records = [...this.#records.slice(1 - KEPT), record]
  }
}
