/**
 * Supervisors that die before their containers (killed by hand or for want of memory) leave no exit file, and the
 * kernel tells nobody but their parent, which we are not. But each holds a FIFO beside its bundle open all its life and
 * never writes to it: its end is the end of file.
 */
import { constants, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, type ProcessIdentity, signalProcess } from '../host/process.ts'
import { LOST, readExit } from './exits.ts'

/** A supervised container as far as its end is concerned. */
export interface Supervised {
  readonly process: ProcessIdentity
  readonly supervisor: ProcessIdentity
}

const SIGKILL = 9
/** Killed here, since nobody kept its stdio and log any longer. */
const KILLED = 137
/** It ended by itself, and the one who knew its code is gone. */
const UNKNOWN = 255
/** A supervisor that ends closes its files before the kernel calls it dead. */
const DYING_MS = 20

export class SupervisorWatch {
  readonly #exitsDir: string
  readonly #persistDir: string
  readonly #watched = new Map<string, Socket>()
  readonly #report: (error: unknown, what: string) => void

  constructor(exitsDir: string, persistDir: string, report: (error: unknown, what: string) => void) {
    this.#exitsDir = exitsDir
    this.#persistDir = persistDir
    this.#report = report
  }

  /** Watches from now on. `lifeline` is the FIFO of which the supervisor holds the other end. */
  add(id: string, supervised: Supervised, lifeline: string): void {
    if (this.#watched.has(id)) return
    let fd: number
    try {
      fd = openSync(lifeline, constants.O_RDONLY | constants.O_NONBLOCK)
    } catch {
      return // it has ended, and its bundle is gone with it
    }
    const socket = new Socket({ fd, readable: true, writable: false })
    this.#watched.set(id, socket)
    socket.on('error', () => undefined) // `close` follows
    socket.on('close', () => {
      this.#endUnsupervised(id, supervised, socket).catch((error: unknown) =>
        this.#report(error, `ending container ${id}, whose supervisor is gone`),
      )
    })
    socket.resume()
    socket.unref()
  }

  remove(id: string): void {
    const socket = this.#watched.get(id)
    this.#watched.delete(id)
    socket?.destroy()
  }

  close(): void {
    for (const id of [...this.#watched.keys()]) this.remove(id)
  }

  /** Ends a container whose supervisor is gone and writes its exit file, which tells everybody else. */
  async #endUnsupervised(id: string, { process, supervisor }: Supervised, watched: Socket): Promise<void> {
    const wanted = () => this.#watched.get(id) === watched
    while (wanted() && isAlive(supervisor)) await sleep(DYING_MS)
    // It wrote the file before it ended, if at all.
    const exit = wanted() ? await readExit(this.#exitsDir, this.#persistDir, id) : null
    // In one turn: a container that is deleted meanwhile must not be given an end.
    if (!wanted()) return
    this.#watched.delete(id)
    if (exit) return
    const killed = signalProcess(process, SIGKILL)
    const why = killed
      ? 'its supervisor (conmon) was lost, so it was stopped; its data is kept'
      : 'its supervisor (conmon) was lost, and it ended unseen; its data is kept'
    const persist = join(this.#persistDir, id)
    mkdirSync(persist, { recursive: true, mode: 0o700 })
    writeFileSync(join(persist, LOST), why)
    // Made beside its name and renamed, as conmon does it: half a file is never read.
    const path = join(this.#exitsDir, id)
    writeFileSync(`${path}.unseen`, String(killed ? KILLED : UNKNOWN))
    renameSync(`${path}.unseen`, path)
  }
}
