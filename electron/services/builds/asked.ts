/** What the last builds were asked for, in the state folder: the engine's history knows what was built, not from where. */
import path from 'node:path'
import { type BuildInput, buildInput } from '../../contract/builds.ts'
import { JsonFile } from '../settings/json-file.ts'

const KEPT = 200

interface Kept {
  readonly id: string
  readonly input: BuildInput
}

export class Asked {
  readonly #file: JsonFile<{ readonly builds: readonly Kept[] }>

  constructor(stateDirectory: string) {
    this.#file = new JsonFile(path.join(stateDirectory, 'builds.json'), (found) => {
      const { builds } = (found ?? {}) as { readonly builds?: unknown }
      return { builds: Array.isArray(builds) ? (builds as readonly Kept[]).filter(isWhole) : [] }
    })
  }

  of(id: string): BuildInput | null {
    return this.#file.value.builds.find((each) => each.id === id)?.input ?? null
  }

  async note(id: string, input: BuildInput): Promise<void> {
    await this.#file.update(({ builds }) => ({ builds: [...builds.slice(1 - KEPT), { id, input }] }))
  }
}

/** Of an older form, or written by hand. */
function isWhole({ id, input }: Kept): boolean {
  return typeof id === 'string' && buildInput.safeParse(input).success
}
