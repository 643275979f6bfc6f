/** Dockerfiles in folders of this machine: found, read, written without losing what others wrote. */
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { OpenedFolder } from '../../contract/builds.ts'
import { ServiceError } from '../failure.ts'

const IS_DOCKERFILE = /^(?:Dockerfile|Containerfile)(?:\..+)?$|\.[Dd]ockerfile$/
const IGNORE = /\.dockerignore$/

/** Opens a folder by its first Dockerfile, or the one that is named. Throws `not-found` where there is no folder. */
export async function openFolder(given: string, dockerfile?: string): Promise<OpenedFolder> {
  const folder = absolute(given)
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const file = cause.code === 'ENOTDIR'
    throw new ServiceError(
      'not-found',
      `Cannot open ${folder}: ${file ? 'it is a file' : 'there is no such folder'}.`,
      {
        cause,
        remedy: file
          ? 'Open the folder that it lies in.'
          : 'Check the path; it is one of the machine that Longshore runs on.',
      },
    )
  })
  const found = names.filter((name) => IS_DOCKERFILE.test(name) && !IGNORE.test(name)).sort(byName)
  const name = dockerfile ?? found[0] ?? 'Dockerfile'
  return {
    folder,
    dockerfile: name,
    text: await readDockerfile(folder, name),
    others: found.filter((each) => each !== name),
  }
}

/** Writes it whole or not at all. Throws `conflict` when it is not what it was when it was read. */
export async function saveDockerfile(
  folder: string,
  name: string,
  before: string | null,
  text: string,
): Promise<void> {
  const file = path.resolve(absolute(folder), name)
  const now = await readDockerfile(folder, name)
  if (now !== before && now !== text) {
    throw new ServiceError('conflict', `${file} was changed by another program since it was opened.`, {
      remedy: 'Open it again to see what it says now; what you wrote stays here until then.',
    })
  }
  const mode = await stat(file).then(
    (known) => known.mode & 0o777,
    () => 0o644,
  )
  const fresh = `${file}.longshore-new`
  await writeFile(fresh, text, { mode })
  await rename(fresh, file)
}

async function readDockerfile(folder: string, name: string): Promise<string | null> {
  try {
    return await readFile(path.resolve(absolute(folder), name), 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new ServiceError(
      'unavailable',
      `Cannot read ${path.resolve(folder, name)}: ${(cause as Error).message}`,
      {
        cause,
      },
    )
  }
}

function absolute(folder: string): string {
  const home = process.env.HOME ?? '/'
  const whole = folder === '~' || folder.startsWith('~/') ? path.join(home, folder.slice(1)) : folder
  if (path.isAbsolute(whole)) return path.normalize(whole)
  throw new ServiceError('invalid', `${folder} is no whole path.`, { remedy: 'Begin it with / or ~.' })
}

/** `Dockerfile` before its variants. */
function byName(one: string, other: string): number {
  if (one === 'Dockerfile') return -1
  if (other === 'Dockerfile') return 1
  return one.localeCompare(other, 'en')
}
