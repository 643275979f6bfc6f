/** Volumes as directories: `<root>/volumes/<name>/_data`, durable when acknowledged, gone from sight when removed. */
import { randomBytes } from 'node:crypto'
import { access, lstat, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { EngineError } from '../errors.ts'
import { type Disk, realDisk } from '../host/disk.ts'
import { run } from '../host/exec.ts'
import { resolveInRoot } from '../host/rooted-path.ts'
import type { TakenVolume, VolumeDirectory, Volumes } from './volumes.ts'

/** Names that Docker takes: what a directory may be called without meaning another one. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/
const TRASH = '.trash'
/** Beside `_data` while the image's content is being copied into it. */
const SEEDING = 'seeding'
/** Length of what makes a name in the trash its own. */
const SUFFIX = '-12345678'.length

/** Opens the volumes below `directory`. Another `disk` than this machine's records what is done to it. */
export async function openVolumes(directory: string, disk: Disk = realDisk): Promise<Volumes> {
  disk.ensureFolder(join(directory, TRASH), 0o711)
  return new VolumeDirectories(directory, disk)
}

class VolumeDirectories implements Volumes {
  readonly #directory: string
  readonly #trash: string
  readonly #disk: Disk

  constructor(directory: string, disk: Disk) {
    this.#directory = directory
    this.#trash = join(directory, TRASH)
    this.#disk = disk
  }

  async create(name: string): Promise<VolumeDirectory> {
    const place = this.#place(name)
    const mountpoint = join(place, '_data')
    // A volume that was acknowledged must be there after a power cut: the entries of all three directories.
    if (await this.#disk.mkdir(mountpoint, 0o755)) {
      for (const each of [mountpoint, place, this.#directory]) await this.#disk.syncFolder(each)
    }
    return { name, mountpoint }
  }

  async isEmpty(name: string): Promise<boolean> {
    const place = this.#place(name)
    if (await exists(join(place, SEEDING))) return true
    return (await readdir(join(place, '_data'))).length === 0
  }

  async seed(name: string, rootfs: string, path: string, view = this.#directory): Promise<void> {
    const target = join(view, relative(this.#directory, this.#place(name)), '_data')
    const marker = join(this.#place(name), SEEDING)
    const begun = await exists(marker)
    if (!begun && (await readdir(target)).length > 0) return
    const source = await resolveInRoot(rootfs, path)
    const stat = await lstat(source).catch(() => null)
    if (stat === null || !stat.isDirectory()) return
    // A copy that was cut off (a kill, a full disk) must not pass for what somebody put there.
    if (!begun) await this.#disk.writeFile(marker, '')
    await this.#disk.syncFolder(this.#place(name))
    // `-a` keeps owners, modes, times and attributes; `-T` lets the target take those of the source itself;
    // `-x` leaves out whatever is mounted inside. Nothing is followed, so nothing outside the rootfs is read.
    await run('cp', ['-a', '-x', '-T', '--', source, target])
    await this.#disk.syncFileSystem(target)
    await this.#disk.unlink(marker)
  }

  async take(name: string): Promise<TakenVolume> {
    const place = this.#place(name)
    const taken = join(this.#trash, `${name}-${randomBytes(4).toString('hex')}`)
    try {
      await this.#disk.rename(place, taken)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING
      throw new EngineError('conflict', `volume ${name} cannot be removed: ${(cause as Error).message}`, {
        cause,
      })
    }
    // The record goes next. Were this rename lost then, the volume would come back without one.
    await this.#disk.syncFolder(this.#trash)
    await this.#disk.syncFolder(this.#directory)
    return {
      // What cannot be removed now is tried again at the next start.
      discard: () => this.#disk.removeTree(taken).catch(() => undefined),
      restore: () => this.#restore(taken, place),
    }
  }

  async recover(recorded: ReadonlySet<string>): Promise<readonly string[]> {
    const present = new Set(await this.list())
    for (const each of await readdir(this.#trash)) {
      const name = each.slice(0, -SUFFIX)
      const taken = join(this.#trash, each)
      if (recorded.has(name) && !present.has(name)) {
        await this.#restore(taken, this.#place(name))
        present.add(name)
      } else {
        await this.#disk.removeTree(taken)
      }
    }
    const unknown = [...present].filter((name) => !recorded.has(name))
    const full: string[] = []
    for (const name of unknown) {
      if ((await readdir(join(this.#directory, name, '_data')).catch(() => [])).length > 0) full.push(name)
      else await this.#disk.removeTree(join(this.#directory, name))
    }
    return full
  }

  async list(): Promise<readonly string[]> {
    return (await readdir(this.#directory)).filter((name) => NAME.test(name))
  }

  async sizeBytes(name: string): Promise<number> {
    const data = join(this.#place(name), '_data')
    // du says 1 when something vanished under it.
    const { stdout } = await run('du', ['-s', '-x', '--block-size=1', '--', data], { expectExit: [0, 1] })
    return Number.parseInt(stdout, 10) || 0
  }

  async #restore(taken: string, place: string): Promise<void> {
    await this.#disk.rename(taken, place)
    await this.#disk.syncFolder(this.#directory)
    await this.#disk.syncFolder(this.#trash)
  }

  #place(name: string): string {
    if (NAME.test(name)) return join(this.#directory, name)
    throw new EngineError(
      'invalid',
      `"${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed`,
    )
  }
}

/** What is left of a volume that was not there. */
const NOTHING: TakenVolume = { discard: async () => {}, restore: async () => {} }

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
