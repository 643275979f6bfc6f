/** Which files a project is made of, and what it is called (spec 03, 04). */
import path from 'node:path'
import type { ReadFile } from './environment.ts'

/** In the order in which they are looked for. */
const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const

/** The compose file of a folder or of the nearest one above it, with its override; empty when there is none. */
export async function findComposeFiles(directory: string, read: ReadFile): Promise<readonly string[]> {
  for (let folder = path.resolve(directory); ; folder = path.dirname(folder)) {
    for (const name of NAMES) {
      const file = path.join(folder, name)
      if ((await read(file)) === undefined) continue
      const override = await findOverride(folder, name, read)
      return override === undefined ? [file] : [file, override]
    }
    if (folder === path.dirname(folder)) return []
  }
}

async function findOverride(folder: string, name: string, read: ReadFile): Promise<string | undefined> {
  const stem = name.replace(/\.ya?ml$/, '')
  for (const extension of ['yaml', 'yml']) {
    const file = path.join(folder, `${stem}.override.${extension}`)
    if ((await read(file)) !== undefined) return file
  }
  return undefined
}

/** A folder's name as a project's name: what cannot be part of one is left out. */
export function projectNameOf(directory: string): string {
  return path
    .basename(directory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '')
}
