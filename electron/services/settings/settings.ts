/** The person's choices, shared by every window. */
import path from 'node:path'
import type { Settings as SettingsValue } from '../../contract/settings.ts'
import { Subject } from '../live/subject.ts'
import { JsonFile } from './json-file.ts'

const DEFAULTS: SettingsValue = {
  theme: 'system',
  density: 'comfortable',
  engine: 'embedded',
  welcomed: false,
}

export class Settings {
  readonly #file: JsonFile<SettingsValue>
  readonly #subject: Subject<SettingsValue>

  constructor(stateDirectory: string) {
    this.#file = new JsonFile(path.join(stateDirectory, 'settings.json'), (found) => ({
      ...DEFAULTS,
      ...(typeof found === 'object' ? found : {}),
    }))
    this.#subject = new Subject(this.#file.value)
  }

  watch(signal: AbortSignal | undefined): AsyncGenerator<SettingsValue, void, undefined> {
    return this.#subject.watch(signal)
  }

  async update(changes: Partial<SettingsValue>): Promise<SettingsValue> {
    await this.#file.update((value) => ({ ...value, ...changes }))
    this.#subject.set(this.#file.value)
    return this.#file.value
  }
}
