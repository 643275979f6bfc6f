/**
 * State directories of engines that were killed and whose root has been deleted since: nobody starts there again, so
 * the next engine of this host takes them away. Only empty ones: what holds anything is somebody's to look at, and
 * all of it is gone with the next boot.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** In each state directory: the root that it belongs to. */
const ROOT = 'root'

/** Says whose `state` is, and removes the forgotten ones beside it. What cannot be removed stays. */
export async function sweepForgottenStates(state: string, root: string): Promise<void> {
  await mkdir(state, { recursive: true, mode: 0o700 })
  await writeFile(join(state, ROOT), root)
  const beside = dirname(state)
  for (const name of await readdir(beside)) {
    const other = join(beside, name)
    if (other === state) continue
    const itsRoot = await readFile(join(other, ROOT), 'utf8').catch(() => null)
    if (itsRoot === null || itsRoot === '' || existsSync(itsRoot)) continue
    await removeEmpty(other).catch(() => undefined)
  }
}

/** rmdir(2) refuses whatever holds something. */
async function removeEmpty(state: string): Promise<void> {
  for (const name of await readdir(state)) {
    if (name !== ROOT) await rmdir(join(state, name))
  }
  await unlink(join(state, ROOT))
  await rmdir(state)
}
