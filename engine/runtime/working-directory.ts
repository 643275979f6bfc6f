/** The working directory of a container, before its process is made. */
import { chown, lstat, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EngineError } from '../errors.ts'
import { resolveInRoot } from '../host/rooted-path.ts'
import type { ContainerSettings } from './runtime.ts'

/** As Docker: a working directory that the image lacks is made, owned by root. */
export async function makeWorkingDirectory(settings: ContainerSettings): Promise<void> {
  const { cwd } = settings.process
  if (cwd === '' || cwd === '/') return
  const path = await resolveInRoot(settings.rootfs, cwd)
  const info = await lstat(path).catch(() => null)
  if (info?.isDirectory()) return
  if (info) {
    throw new EngineError('invalid', `Cannot mkdir: ${cwd} is not a directory`)
  }
  const first = await mkdir(path, { recursive: true, mode: 0o755 })
  if (first === undefined || settings.userns === null) return
  // Those that were made are of the container's root.
  for (let made = path; made.length >= first.length; made = dirname(made))
    await chown(made, settings.userns.uid, settings.userns.gid)
}
