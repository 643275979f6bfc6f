/** Volumes as directories: `<root>/volumes/<name>/_data`, durable when acknowledged, gone from sight when removed. */
import { randomBytes } from 'node:crypto'
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'
import { run } from '../host/exec.ts'
import { resolveInRoot } from '../host/rooted-path.ts'
import type { VolumeDirectory, Volumes } from './volumes.ts'

/** Names that Docker takes: what a directory may be called without meaning another one. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/
const TRASH = '.trash'

/** Opens the volumes below `directory` and clears what an earlier engine was in the middle of removing. */
export async function openVolumes(directory: string): Promise<Volumes> {
  await mkdir(join(directory, TRASH), { recursive: true, mode: 0o711 })
  const volumes = new VolumeDirectories(directory)
  await volumes.clearTrash()
  return volumes
}

class VolumeDirectories implements Volumes {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  async create(name: string): Promise<VolumeDirectory> {
    const place = this.#place(name)
    const mountpoint = join(place, '_data')
    const made = await mkdir(mountpoint, { recursive: true, mode: 0o755 })
    // A volume that was acknowledged must be there after a power cut: the entries of all three directories.
    if (made !== undefined) for (const each of [mountpoint, place, this.#directory]) await syncDirectory(each)
    return { name, mountpoint }
  }

  async seed(name: string, rootfs: string, path: string): Promise<void> {
    const target = join(this.#place(name), '_data')
    if ((await readdir(target)).length > 0) return
    const source = await resolveInRoot(rootfs, path)
    const stat = await lstat(source).catch(() => null)
    if (stat === null || !stat.isDirectory()) return
    // `-a` keeps owners, modes, times and attributes; `-T` lets the target take those of the source itself;
    // `-x` leaves out whatever is mounted inside. Nothing is followed, so nothing outside the rootfs is read.
    await run('cp', ['-a', '-x', '-T', '--', source, target])
    await run('sync', ['-f', target])
  }

  async remove(name: string): Promise<void> {
    const doomed = join(this.#directory, TRASH, `${name}-${randomBytes(4).toString('hex')}`)
    try {
      await rename(this.#place(name), doomed)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return
      throw new EngineError('conflict', `volume ${name} cannot be removed: ${(cause as Error).message}`, {
        cause,
      })
    }
    await rm(doomed, { recursive: true, force: true })
  }

  async list(): Promise<readonly string[]> {
    return (await readdir(this.#directory)).filter((name) => name !== TRASH)
  }

  async sizeBytes(name: string): Promise<number> {
    const { stdout } = await run('du', ['-s', '-x', '--block-size=1', '--', join(this.#place(name), '_data')])
    return Number.parseInt(stdout, 10)
  }

  async clearTrash(): Promise<void> {
    const trash = join(this.#directory, TRASH)
    for (const each of await readdir(trash)) await rm(join(trash, each), { recursive: true, force: true })
  }

  #place(name: string): string {
    if (NAME.test(name)) return join(this.#directory, name)
    throw new EngineError(
      'invalid',
      `"${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed`,
    )
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
