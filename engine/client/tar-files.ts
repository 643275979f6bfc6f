/** A few files as tar entries, for what takes archives. */
import { END_OF_ARCHIVE, encodeEntry } from '../archive/write.ts'

/** A file with its absolute path, owner, permission bits and bytes. */
export interface FileToPut {
  readonly path: string
  readonly uid: number
  readonly gid: number
  readonly mode: number
  readonly content: Uint8Array
}

/** Their entries alone: what another archive may stand behind. */
export function tarEntries(files: readonly FileToPut[]): Buffer {
  return Buffer.concat(files.map(encodeFile))
}

/** A whole archive of them. */
export function tarFiles(files: readonly FileToPut[]): Buffer {
  return Buffer.concat([tarEntries(files), END_OF_ARCHIVE])
}

function encodeFile({ path, uid, gid, mode, content }: FileToPut): Buffer {
  return encodeEntry(
    {
      ...{ kind: 'file', path: path.replace(/^\/+/, ''), link: '', mode, uid, gid },
      ...{
        mtime: Math.floor(Date.now() / 1000),
        size: content.length,
        deviceMajor: 0,
        deviceMinor: 0,
        pax: new Map(),
      },
    },
    content,
  )
}
