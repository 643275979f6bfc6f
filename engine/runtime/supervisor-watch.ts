/**
 * Supervisors that die before their containers (killed by hand or for want of memory) leave no exit file, and the
 * kernel tells nobody but their parent, which we are not. So this looks for them: one signal 0 each, now and then.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, type ProcessIdentity, signalProcess } from '../host/process.ts'
import { LOST, readExit } from './exits.ts'

/** A supervised container as far as its end is concerned. */
export interface Supervised {
  readonly process: ProcessIdentity
  readonly supervisor: ProcessIdentity
}

const INTERVAL_MS = 2000
const SIGKILL = 9
/** Killed here, since nobody kept its stdio and log any longer. */
const KILLED = 137
/** It ended by itself, and the one who knew its code is gone. */
const UNKNOWN = 255

export class SupervisorWatch {
  readonly #exitsDir: string
  readonly #persistDir: string
  readonly #watched = new Map<string, Supervised>()
  #timer: NodeJS.Timeout | null = null

  constructor(exitsDir: string, persistDir: string) {
    this.#exitsDir = exitsDir
    this.#persistDir = persistDir
  }

  add(id: string, { process, supervisor }: Supervised): void {
    this.#watched.set(id, { process, supervisor })
    this.#timer ??= setInterval(() => void this.look(), INTERVAL_MS).unref()
  }

  remove(id: string): void {
    this.#watched.delete(id)
    if (this.#watched.size === 0) this.close()
  }

  /** Ends containers whose supervisor is gone and writes their exit files, which tell everybody else. */
  async look(): Promise<void> {
    for (const [id, supervised] of [...this.#watched]) {
      if (exists(supervised.supervisor.pid)) continue
      this.remove(id)
      await this.#endUnsupervised(id, supervised)
    }
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
  }

  async #endUnsupervised(id: string, { process, supervisor }: Supervised): Promise<void> {
    if (isAlive(supervisor)) return
    // It wrote the file before it ended, if at all.
    if (await readExit(this.#exitsDir, this.#persistDir, id)) return
    const killed = signalProcess(process, SIGKILL)
    const code = killed ? KILLED : UNKNOWN
    const why = killed
      ? 'its supervisor (conmon) was lost, so it was stopped; its data is kept'
      : 'its supervisor (conmon) was lost, and it ended unseen; its data is kept'
    await mkdir(join(this.#persistDir, id), { recursive: true, mode: 0o700 })
    await writeFile(join(this.#persistDir, id, LOST), why)
    // Made beside its name and renamed, as conmon does it: half a file is never read.
    const path = join(this.#exitsDir, id)
    await writeFile(`${path}.unseen`, String(code))
    await rename(`${path}.unseen`, path)
  }
}

/** Cheaper than reading /proc: a recycled pid hides an end until the engine's next start, no worse. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
