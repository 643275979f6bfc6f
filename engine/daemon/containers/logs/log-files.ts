/**
 * The files of one log: the one that is written to, and those before it, `.1` the newest of them. Who opens them and
 * who renames them takes turns, so that what was opened is all of the log at one moment.
 */
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Queue } from '../../queue.ts'
import type { Container } from '../container.ts'

const turns = new WeakMap<Container, Queue>()

/** Runs `body` while nobody else opens or renames the files of this container's log. */
export function logTurn<T>(container: Container, body: () => Promise<T>): Promise<T> {
  let queue = turns.get(container)
  if (!queue) {
    queue = new Queue()
    turns.set(container, queue)
  }
  return queue.run(body)
}

/** Opens all files of a log, oldest first; none when nothing was ever written. For one whose turn it is. */
export async function openLogFiles(path: string): Promise<FileHandle[]> {
  const numbers = await rotatedNumbers(path)
  const files: FileHandle[] = []
  for (const each of [...numbers.reverse().map((n) => `${path}.${n}`), path]) {
    const file = await openIfThere(each)
    if (file) files.push(file)
  }
  return files
}

/**
 * The file that follows `current` in the log, open; null while that is the one that is written to. When it was
 * rotated away altogether (a reader far too slow), the oldest that is left follows.
 */
export async function openNext(path: string, current: FileHandle): Promise<FileHandle | null> {
  const { ino } = await current.stat()
  const names = [path, ...(await rotatedNumbers(path)).map((n) => `${path}.${n}`)]
  let newer: string | null = null
  for (const name of names) {
    const info = await stat(name).catch(() => null)
    if (!info) continue
    if (info.ino === ino) return newer === null ? null : openIfThere(newer)
    newer = name
  }
  return newer === null ? null : openIfThere(newer)
}

/** Renames every file to the next number, and removes those above `kept`. For one whose turn it is. */
export async function shiftLogFiles(path: string, kept: number): Promise<void> {
  for (const n of (await rotatedNumbers(path)).reverse()) {
    if (n >= kept) await rm(`${path}.${n}`, { force: true })
    else await rename(`${path}.${n}`, `${path}.${n + 1}`)
  }
  await rename(path, `${path}.1`)
}

/** Numbers of the rotated files that are there, newest (1) first. */
export async function rotatedNumbers(path: string): Promise<number[]> {
  const prefix = `${basename(path)}.`
  const names = await readdir(dirname(path)).catch(() => [])
  return names
    .flatMap((name) => (name.startsWith(prefix) ? [Number(name.slice(prefix.length))] : []))
    .filter((n) => Number.isInteger(n) && n > 0)
    .sort((a, b) => a - b)
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
