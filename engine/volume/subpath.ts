/**
 * A part of a volume as a mount of its own. Containers that write to the volume may exchange directories for links
 * while a path is looked up, so what was opened is what is mounted, and it is asked of the kernel where that is.
 */
import { constants } from 'node:fs'
import { mkdir, open, readlink, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EngineError } from '../errors.ts'
import { run } from '../host/exec.ts'
import { resolveInRoot } from '../host/rooted-path.ts'

/** Binds `subpath` of the directory `root` onto `target`. Throws `invalid` when it is not there or leads out. */
export async function bindSubpath(root: string, subpath: string, target: string): Promise<void> {
  const resolved = await resolveInRoot(root, subpath)
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(resolved, flags).catch((cause) => {
    throw new EngineError(
      'invalid',
      `cannot access path ${subpath} of the volume: ${(cause as Error).message}`,
      {
        cause,
      },
    )
  })
  try {
    const [real, realRoot] = await Promise.all([readlink(`/proc/self/fd/${file.fd}`), realPath(root)])
    if (real !== realRoot && !real.startsWith(`${realRoot}/`)) {
      throw new EngineError('invalid', `path ${subpath} leads out of the volume`)
    }
    await mkdir(dirname(target), { recursive: true, mode: 0o711 })
    if ((await stat(`/proc/self/fd/${file.fd}`)).isDirectory()) await mkdir(target, { recursive: true })
    else await writeFile(target, '')
    await run('mount', [
      '-i',
      '-n',
      '--no-canonicalize',
      '--bind',
      `/proc/${process.pid}/fd/${file.fd}`,
      target,
    ])
  } finally {
    await file.close()
  }
}

async function realPath(directory: string): Promise<string> {
  const file = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    return await readlink(`/proc/self/fd/${file.fd}`)
  } finally {
    await file.close()
  }
}
