/**
 * Where clients' contexts are kept between builds, so that only what changed is sent again: a folder for each key
 * that a client names. One build at a time has it; another of the same key meanwhile gets a folder of its own.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { sizeOfTree } from '../../../store/rootfs.ts'

/** How many are kept: those used last. */
const MOST_KEPT = 32

/** A folder for the time of a build. */
export interface HeldFolder {
  readonly path: string
  /** Whether the next build of its key finds it. */
  readonly kept: boolean
  /** Gives it back; one that is not kept goes. */
  release(): Promise<void>
}

export class KeptFolders {
  readonly #directory: string
  readonly #held = new Set<string>()

  /** `directory` is made where it is missing. */
  constructor(directory: string) {
    this.#directory = directory
  }

  /** The folder of `key`, with what the last build left in it; empty keys get an empty one that does not stay. */
  async take(key: string): Promise<HeldFolder> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const name = key === '' ? '' : createHash('sha256').update(key).digest('hex')
    if (name === '' || this.#held.has(name)) {
      const path = join(this.#directory, `once-${randomBytes(16).toString('hex')}`)
      await mkdir(path, { mode: 0o700 })
      return { path, kept: false, release: () => remove(path) }
    }
    this.#held.add(name)
    const path = join(this.#directory, name)
    await mkdir(path, { recursive: true, mode: 0o700 })
    return {
      path,
      kept: true,
      release: async () => {
        const now = new Date()
        // Nothing but the order in which they go hangs on it.
        await utimes(path, now, now).catch(() => {})
        this.#held.delete(name)
        await this.#trim()
      },
    }
  }

  /** Removes what builds of an engine that was killed left behind. */
  async sweep(): Promise<void> {
    for (const name of await this.#names())
      if (name.startsWith('once-')) await remove(join(this.#directory, name))
  }

  /** Removes all that no build has now; gives its bytes. */
  async clear(): Promise<number> {
    let bytes = 0
    for (const name of await this.#names()) if (!name.startsWith('once-')) bytes += await this.#drop(name)
    return bytes
  }

  /** Gives the bytes that it had; 0 for one that a build has. */
  async #drop(name: string): Promise<number> {
    if (this.#held.has(name)) return 0
    // A build that comes meanwhile gets another, and not one that goes from under it.
    this.#held.add(name)
    const path = join(this.#directory, name)
    try {
      const bytes = await sizeOfTree(path)
      await remove(path)
      return bytes
    } finally {
      this.#held.delete(name)
    }
  }

  async #trim(): Promise<void> {
    const kept = (await this.#names()).filter((name) => !name.startsWith('once-'))
    if (kept.length <= MOST_KEPT) return
    const used = await Promise.all(
      kept.map(async (name) => {
        const found = await stat(join(this.#directory, name)).catch(() => null) // removed meanwhile
        return { name, at: found?.mtimeMs ?? 0 }
      }),
    )
    for (const { name } of used.toSorted((a, b) => b.at - a.at).slice(MOST_KEPT)) await this.#drop(name)
  }

  async #names(): Promise<readonly string[]> {
    return await readdir(this.#directory).catch(() => [])
  }
}

/** What a client sent may have any mode, which stops nobody here: the engine is root over it. */
function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true })
}
