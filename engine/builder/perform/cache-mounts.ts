/** Folders of RUN --mount=type=cache: named, kept from build to build, shared as each mount says. */
import { createHash } from 'node:crypto'
import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../../errors.ts'
import { sizeOfTree } from '../../store/rootfs.ts'

/** What is asked of one. */
export interface CacheWish {
  readonly id: string
  readonly sharing: 'shared' | 'private' | 'locked'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Fills a new one; it begins empty without. */
  readonly fill: ((folder: string) => Promise<void>) | null
}

/** One in use, until `release`. */
export interface CacheLease {
  readonly path: string
  release(): Promise<void>
}

/** One as people see it. Times in ms since 1970. */
export interface KnownCache {
  readonly name: string
  readonly id: string
  readonly sizeBytes: number
  readonly createdAt: number
  readonly usedAt: number
  readonly uses: number
  readonly inUse: boolean
}

interface Notes {
  readonly id: string
  readonly createdAt: number
  readonly usedAt: number
  readonly uses: number
}

/** The caches below one folder, of one engine. */
export class CacheMounts {
  readonly #folder: string
  readonly #users = new Map<string, number>()
  /** Ends of those who have a cache for themselves, and of those who wait for it. */
  readonly #queues = new Map<string, Promise<void>>()
  /** Ends of what is done to each: made, noted or removed by one at a time. */
  readonly #doing = new Map<string, Promise<void>>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Opens it, made where it is missing. A locked one is waited for. */
  async lease(wish: CacheWish, signal: AbortSignal): Promise<CacheLease> {
    if (wish.sharing === 'locked') return this.#locked(wish, signal)
    if (wish.sharing === 'shared') return this.#take(nameOf(wish.id), wish, () => {})
    // One of its own while it runs: the first that nobody uses.
    for (let number = 0; ; number++) {
      const name = nameOf(number === 0 ? wish.id : `${wish.id}\0${number}`)
      if (!this.#users.has(name)) return this.#take(name, wish, () => {})
    }
  }

  async list(): Promise<readonly KnownCache[]> {
    const names = await readdir(this.#folder).catch(() => [])
    const known = await Promise.all(
      names.map(async (name) => {
        const notes = await this.#notes(name)
        if (!notes) return null
        const sizeBytes = await sizeOfTree(join(this.#folder, name, 'data'))
        return { name, sizeBytes, inUse: this.#users.has(name), ...notes }
      }),
    )
    return known.filter((each) => each !== null)
  }

  /** Throws `conflict` for one in use. Well when there is none. */
  async remove(name: string): Promise<void> {
    if (!/^[0-9a-f]+$/.test(name)) throw new EngineError('not-found', `No such cache: ${name}`)
    if (this.#users.has(name)) {
      throw new EngineError('conflict', `the cache ${name} is used by a build that runs`)
    }
    await this.#alone(name, () => rm(join(this.#folder, name), { recursive: true, force: true }))
  }

  /** Its files as they are, until `release`: nobody removes it meanwhile. Throws `not-found`. */
  async look(name: string): Promise<CacheLease> {
    if (!(await this.#notes(name))) throw new EngineError('not-found', `No such cache: ${name}`)
    return { path: join(this.#folder, name, 'data'), release: this.#use(name, () => {}) }
  }

  async #locked(wish: CacheWish, signal: AbortSignal): Promise<CacheLease> {
    signal.throwIfAborted()
    const name = nameOf(wish.id)
    const before = this.#queues.get(name) ?? Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#queues.set(
      name,
      before.then(() => promise),
    )
    try {
      await Promise.race([before, aborted(signal)])
      signal.throwIfAborted()
      return await this.#take(name, wish, resolve)
    } catch (error) {
      resolve()
      throw error
    }
  }

  async #take(name: string, wish: CacheWish, after: () => void): Promise<CacheLease> {
    const release = this.#use(name, after)
    try {
      await this.#alone(name, () => this.#ensure(name, wish))
      return { path: join(this.#folder, name, 'data'), release }
    } catch (error) {
      await release()
      throw error
    }
  }

  /** Counts a user; what it gives takes it off again, once. */
  #use(name: string, after: () => void): () => Promise<void> {
    this.#users.set(name, (this.#users.get(name) ?? 0) + 1)
    let released = false
    return async () => {
      if (released) return
      released = true
      const left = (this.#users.get(name) ?? 1) - 1
      if (left > 0) this.#users.set(name, left)
      else this.#users.delete(name)
      after()
    }
  }

  async #ensure(name: string, wish: CacheWish): Promise<void> {
    const notes = await this.#notes(name)
    const now = Date.now()
    if (notes) await this.#note(join(this.#folder, name), { ...notes, usedAt: now, uses: notes.uses + 1 })
    else await this.#make(name, wish, now)
  }

  /** Steps that run at once want the same cache: each would take the new folder from under the other. */
  async #alone(name: string, work: () => Promise<void>): Promise<void> {
    const done = (this.#doing.get(name) ?? Promise.resolve()).then(work)
    const settled = done.catch(() => {})
    this.#doing.set(name, settled)
    try {
      await done
    } finally {
      if (this.#doing.get(name) === settled) this.#doing.delete(name)
    }
  }

  /** Whole or not at all: it gets its name when it is filled. */
  async #make(name: string, wish: CacheWish, now: number): Promise<void> {
    const fresh = join(this.#folder, `new-${name}`)
    await rm(fresh, { recursive: true, force: true })
    const data = join(fresh, 'data')
    await mkdir(data, { recursive: true, mode: 0o711 })
    if (wish.fill) await wish.fill(data)
    await chown(data, wish.uid, wish.gid)
    await chmod(data, wish.mode)
    await this.#note(fresh, { id: wish.id, createdAt: now, usedAt: now, uses: 1 })
    await rm(join(this.#folder, name), { recursive: true, force: true })
    await rename(fresh, join(this.#folder, name))
  }

  async #note(folder: string, notes: Notes): Promise<void> {
    const fresh = join(folder, 'cache.json.new')
    await writeFile(fresh, JSON.stringify(notes))
    await rename(fresh, join(folder, 'cache.json'))
  }

  async #notes(name: string): Promise<Notes | null> {
    if (!/^[0-9a-f]+$/.test(name)) return null
    const text = await readFile(join(this.#folder, name, 'cache.json'), 'utf8').catch(() => null)
    if (text === null) return null
    try {
      return JSON.parse(text) as Notes
    } catch {
      return null // cut off by a crash: it is made anew
    }
  }
}

/** An id may be any text. */
function nameOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 32)
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
