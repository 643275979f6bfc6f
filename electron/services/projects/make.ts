/** Making projects known: a compose file that is there, or a new folder with one. */
import { mkdir, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { LoadError } from '../../../engine/compose/load/fault.ts'
import { findComposeFiles, projectNameOf } from '../../../engine/compose/load/find.ts'
import { loadProject } from '../../../engine/compose/load/load.ts'
import { ServiceError } from '../failure.ts'
import type { Known } from './rows.ts'
import { readText, writeText } from './texts.ts'

/** The folder below which new projects are made, unless a person says another. */
export function projectsFolder(): string {
  return path.join(os.homedir(), 'compose')
}

/** A path as a person types it. Throws `invalid` for a relative one: nothing says relative to what. */
export function absolute(typed: string): string {
  const text = typed.trim().replace(/^~(?=\/|$)/, os.homedir())
  if (path.isAbsolute(text)) return path.normalize(text)
  throw new ServiceError('invalid', `${typed} is not a whole path.`, {
    remedy: `Begin it with / or ~/.`,
  })
}

/** The project of a compose file, or of the one in a folder. Throws `not-found`, and `invalid` where a name is wrong. */
export async function findProject(
  typed: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Known> {
  const given = absolute(typed)
  const found = await stat(given).catch(() => null)
  const files = found?.isFile()
    ? [given]
    : found?.isDirectory()
      ? (await findComposeFiles(given, readText)).filter((file) => path.dirname(file) === given)
      : []
  if (files.length === 0) {
    throw new ServiceError('not-found', `There is no compose file at ${given}.`, {
      remedy: 'Name a compose file, or a folder that has one; or make a new project there.',
    })
  }
  const directory = path.dirname(files[0] ?? given)
  return { name: await nameOf(directory, files, environment), directory, files }
}

/** Writes a new project's files. Throws `conflict` when there is a compose file already. */
export async function makeProject(
  name: string,
  typed: string,
  texts: { readonly compose: string; readonly env: string | null },
): Promise<Known> {
  const directory = absolute(typed)
  const there = (await findComposeFiles(directory, readText)).find((file) => path.dirname(file) === directory)
  if (there !== undefined) {
    throw new ServiceError('conflict', `${there} is there already.`, {
      remedy: 'Open it, or choose another folder.',
    })
  }
  await mkdir(directory, { recursive: true }).catch((cause: Error) => {
    throw new ServiceError('invalid', `Cannot make the folder ${directory}: ${cause.message}`, { cause })
  })
  const file = path.join(directory, 'compose.yaml')
  await writeText(file, texts.compose)
  const env = path.join(directory, '.env')
  if (texts.env !== null && (await readText(env)) === undefined) await writeText(env, texts.env)
  return { name, directory, files: [file] }
}

/** A file that does not load has a name all the same: one opens it to correct it. */
async function nameOf(
  directory: string,
  files: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  try {
    const home = os.homedir()
    const { project } = await loadProject({ cwd: directory, home, files, environment, read: readText })
    return project.name
  } catch (error) {
    if (!(error instanceof LoadError)) throw error
    return projectNameOf(directory) || 'default'
  }
}
