/** The files of a project on disk: read with their drafts, watched, and written whole. */
import { type FSWatcher, watch } from 'node:fs'
import { chmod, open, readFile, realpath, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ProjectFile, ProjectFiles, ProjectRow } from '../../contract/projects.ts'
import { ServiceError } from '../failure.ts'
import { type Draft, hashOf } from './known.ts'

/** A compose file is a page or two; what is larger is something else. */
const MOST_BYTES = 2_000_000

/** A text; undefined when there is no such file. Throws `invalid` for what cannot be read or is no text of a person. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    if ((await stat(file)).size > MOST_BYTES) {
      throw new ServiceError('invalid', `${file} is larger than ${MOST_BYTES / 1e6} MB.`)
    }
    return await readFile(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    if (cause instanceof ServiceError) throw cause
    throw new ServiceError('invalid', `Cannot read ${file}: ${(cause as Error).message}`, { cause })
  }
}

/** Writes it as a whole: who reads meanwhile sees the old text or the new one. Links and permissions stay. */
export async function writeText(file: string, text: string): Promise<void> {
  try {
    const target = await realpath(file).catch(() => file)
    const mode = await stat(target).then(
      (found) => found.mode & 0o777,
      () => null,
    )
    const temporary = `${target}.${process.pid}.new`
    const handle = await open(temporary, 'w', mode ?? 0o644)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (mode !== null) await chmod(temporary, mode)
    await rename(temporary, target)
  } catch (cause) {
    throw new ServiceError('invalid', `Cannot write ${file}: ${(cause as Error).message}`, {
      cause,
      remedy: 'Check who owns the folder, or save the draft and copy it there yourself.',
    })
  }
}

/** The compose files of a project and the .env beside them. */
export async function readFiles(
  row: Pick<ProjectRow, 'directory' | 'files' | 'place'>,
  drafts: Readonly<Record<string, Draft>>,
): Promise<ProjectFiles> {
  const { directory, place } = row
  const one = async (file: string, kind: ProjectFile['kind']): Promise<ProjectFile> => {
    const text = place === 'elsewhere' ? undefined : await readText(file)
    const draft = drafts[file]
    return {
      path: file,
      name: directory === null ? file : path.relative(directory, file) || path.basename(file),
      kind,
      text: text ?? null,
      draft: draft?.text ?? null,
      overtaken: draft !== undefined && draft.over !== hashOf(text ?? null),
    }
  }
  const files = [
    ...row.files.map((file) => one(file, 'compose')),
    ...(directory === null ? [] : [one(path.join(directory, '.env'), 'env')]),
  ]
  return { directory, place, files: await Promise.all(files) }
}

/** Tells when anything in the folders of these files changed; what is told of is read again by who hears it. */
export class FolderWatch {
  readonly #onChange: () => void
  readonly #watchers = new Map<string, FSWatcher>()
  #names: ReadonlySet<string> = new Set()

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** Watches the folders of exactly these files. A folder that is not there is looked for again at the next call. */
  follow(files: readonly string[]): void {
    const folders = new Set(files.map((file) => path.dirname(file)))
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue
      watcher.close()
      this.#watchers.delete(folder)
    }
    this.#names = new Set(files.map((file) => path.basename(file)))
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue
      try {
        const watcher = watch(folder, (_, name) => {
          if (name === null || this.#names.has(name)) this.#onChange()
        })
        watcher.on('error', () => this.#watchers.delete(folder))
        watcher.unref()
        this.#watchers.set(folder, watcher)
      } catch {
        // It is not there: its files are missing, which the page says.
      }
    }
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }
}
