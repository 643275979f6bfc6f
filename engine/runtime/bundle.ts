/** Where the runtime keeps what it has of each container, and the record by which a later engine knows it again. */
import { readFileSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProcessIdentity } from '../host/process.ts'

/** Paths of one container under the runtime's state directory. */
export interface BundlePaths {
  readonly directory: string
  readonly config: string
  readonly pidFile: string
  readonly supervisorPidFile: string
  readonly record: string
  /** conmon's control FIFO (resize, log rotation) and attach socket. */
  readonly control: string
  readonly attach: string
  /** A FIFO that the supervisor has open as long as it lives (`Lifelines`). */
  readonly lifeline: string
  readonly persist: string
  readonly execs: string
}

/** What is known of a created container. Pids count only within `boot`. */
export interface BundleRecord {
  readonly boot: string
  readonly process: ProcessIdentity
  readonly supervisor: ProcessIdentity
  /** Null for one without. */
  readonly cgroup: string | null
  readonly terminal: boolean
  /** What joining its processes takes; null or absent when only the OCI runtime may do it. */
  readonly joining?: { readonly seccomp: boolean } | null
}

/** The layout of the state directory. */
export class StateLayout {
  readonly root: string
  readonly bundles: string
  readonly exits: string
  readonly persist: string
  /** FIFOs that no supervisor has yet. */
  readonly lifelines: string
  /** The OCI runtime's own state (`--root`). */
  readonly runtime: string

  constructor(root: string) {
    this.root = root
    this.bundles = join(root, 'bundles')
    this.exits = join(root, 'exits')
    this.persist = join(root, 'persist')
    this.lifelines = join(root, 'lifelines')
    this.runtime = join(root, 'oci')
  }

  /** Makes the directories. */
  async prepare(): Promise<void> {
    for (const directory of [this.bundles, this.exits, this.persist, this.lifelines, this.runtime]) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
    }
  }

  bundle(id: string): BundlePaths {
    const directory = join(this.bundles, id)
    return {
      directory,
      config: join(directory, 'config.json'),
      pidFile: join(directory, 'pidfile'),
      supervisorPidFile: join(directory, 'conmon.pid'),
      record: join(directory, 'record.json'),
      control: join(directory, 'ctl'),
      attach: join(directory, 'attach'),
      lifeline: join(directory, 'lifeline'),
      persist: join(this.persist, id),
      execs: join(directory, 'execs'),
    }
  }
}

/** Writes the record; it is whole or not there. */
export async function writeRecord(paths: BundlePaths, record: BundleRecord): Promise<void> {
  await writeFile(`${paths.record}.new`, JSON.stringify(record), { mode: 0o600 })
  await rename(`${paths.record}.new`, paths.record)
}

/** The record, or null when the container was never wholly created. */
export function readRecord(paths: BundlePaths): BundleRecord | null {
  try {
    return JSON.parse(readFileSync(paths.record, 'utf8')) as BundleRecord
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** The cgroup that the bundle's spec asked for; null without a spec. */
export async function readCgroup(paths: BundlePaths): Promise<string | null> {
  try {
    const spec = JSON.parse(await readFile(paths.config, 'utf8')) as { linux?: { cgroupsPath?: string } }
    return spec.linux?.cgroupsPath ?? null
  } catch {
    return null // cut off while it was written: then nothing was made from it either
  }
}

/** A pid from a pid file, or null. */
export function readPid(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim())
    return Number.isInteger(pid) && pid > 1 ? pid : null
  } catch {
    return null
  }
}
