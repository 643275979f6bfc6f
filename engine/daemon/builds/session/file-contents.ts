/** One file of a session's client, read into memory: a Dockerfile, an ignore file. */
import { EngineError } from '../../../errors.ts'
import { type FileSink, receiveFiles } from './receive-files.ts'
import type { Session } from './session.ts'
import type { Stat } from './stat.ts'

/** A Dockerfile or an ignore file of more than this is none. */
const LARGEST = 16 * 1024 * 1024
/** As Linux: a chain of links that is longer leads nowhere. */
const MOST_LINKS = 40

/**
 * The bytes of `path` in the client's folder of this name; null when there is none. Links are followed as far as the
 * client sends them, which is inside of the folder. Throws `invalid` for a file that is too large.
 */
export async function readClientFile(
  session: Session,
  folder: string,
  path: string,
  signal: AbortSignal,
): Promise<Buffer | null> {
  const files = new Files()
  await receiveFiles(session, { folder, exclude: [], follow: [path] }, files, { signal, bytes: () => {} })
  return files.read(normal(path))
}

class Files implements FileSink {
  readonly #contents = new Map<string, Buffer[]>()
  readonly #links = new Map<string, string>()
  #size = 0

  file(stat: Stat): boolean {
    if (stat.kind === 'symlink') this.#links.set(stat.path, stat.linkname)
    if (stat.kind !== 'file') return false
    if (stat.linkname !== '') {
      this.#links.set(stat.path, `/${stat.linkname}`)
      return false
    }
    this.#contents.set(stat.path, [])
    return true
  }

  data(stat: Stat, part: Buffer | null): void {
    if (part === null) return
    this.#size += part.length
    if (this.#size > LARGEST)
      throw new EngineError('invalid', `${stat.path} of the build context is too large to be a Dockerfile`)
    this.#contents.get(stat.path)?.push(Buffer.from(part))
  }

  read(path: string): Buffer | null {
    let place = path
    for (let links = 0; links < MOST_LINKS; links++) {
      const parts = this.#contents.get(place)
      if (parts) return Buffer.concat(parts)
      const next = this.#follow(place)
      if (next === null) return null
      place = next
    }
    return null
  }

  /** The path after its first link; null when there is none on the way. */
  #follow(path: string): string | null {
    const names = path.split('/')
    for (let count = 1; count <= names.length; count++) {
      const target = this.#links.get(names.slice(0, count).join('/'))
      if (target === undefined) continue
      const base = target.startsWith('/') ? [] : names.slice(0, count - 1)
      return normal([...base, target, ...names.slice(count)].join('/'))
    }
    return null
  }
}

/** Without `.`, `..`, doubled and outer slashes; `..` stops at the root. */
function normal(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return parts.join('/')
}
