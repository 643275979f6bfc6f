/**
 * What is below every image: the files and folders that a runtime mounts on, and /.dockerenv, by which programs know
 * that they are in a container. Without them each start would make them in the container's own layer, where they would
 * be told as its changes and committed with it.
 */
import { existsSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDERS = ['dev', 'dev/pts', 'dev/shm', 'etc', 'proc', 'sys']
const FILES = ['.dockerenv', 'dev/console', 'etc/hostname', 'etc/hosts', 'etc/resolv.conf']

/** Makes what is missing of it at `path`. */
export function ensureBase(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o755 })
  for (const folder of FOLDERS) mkdirSync(join(path, folder), { recursive: true, mode: 0o755 })
  for (const file of FILES) {
    if (!existsSync(join(path, file))) writeFileSync(join(path, file), '', { mode: 0o755 })
  }
  const table = join(path, 'etc/mtab')
  if (!lstatSync(table, { throwIfNoEntry: false })) symlinkSync('/proc/mounts', table)
}
