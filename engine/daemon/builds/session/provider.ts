/** The files of a session's client as a build takes them. */

import type { ContextProvider } from '../../../builder/request.ts'
import type { SourceFolder } from '../../../builder/solve/value.ts'
import { EngineError } from '../../../errors.ts'
import { readClientFile } from './file-contents.ts'
import type { HeldFolder, KeptFolders } from './kept-folders.ts'
import { receiveFiles } from './receive-files.ts'
import type { Session } from './session.ts'
import { SyncedFolder } from './synced-folder.ts'

/** Makes of a folder that has everything what steps read; `close` keeps what was learned of files that stay. */
export type OpenFolder = (
  place: { readonly path: string; readonly kept: boolean },
  ignore: readonly string[],
) => Promise<{ readonly folder: SourceFolder; readonly close: () => Promise<void> }>

/** What a provider needs. */
export interface ProviderParts {
  readonly session: Session
  /** What the client calls the folder. */
  readonly folder: 'context' | 'dockerfile'
  readonly kept: KeptFolders
  readonly openFolder: OpenFolder
  readonly signal: AbortSignal
}

/** Files come when a step opens them, and only what differs from the last build of the same folder. */
export function sessionProvider(parts: ProviderParts): ContextProvider {
  const { session, folder, kept, openFolder } = parts
  const held: HeldFolder[] = []
  const closing: (() => Promise<void>)[] = []
  return {
    read: (path) => readClientFile(session, folder, path, parts.signal),
    open: async ({ ignore, wanted }, { signal, bytes }) => {
      const { sharedKey } = session.identity
      const place = await kept.take(sharedKey === '' ? '' : `${folder}:${sharedKey}`)
      held.push(place)
      const files = new SyncedFolder(place.path)
      try {
        const filter = { folder, exclude: ignore, follow: wanted }
        await receiveFiles(session, filter, files, { signal, bytes })
        files.finish()
      } catch (error) {
        if (error instanceof EngineError) throw error
        throw new EngineError(
          'internal',
          `the build context could not be kept: ${(error as Error).message}`,
          {
            cause: error,
          },
        )
      } finally {
        await files.close()
      }
      const opened = await openFolder(place, ignore)
      closing.push(opened.close)
      return opened.folder
    },
    close: async () => {
      for (const closeOne of closing.splice(0)) await closeOne()
      for (const place of held.splice(0)) await place.release()
    },
  }
}
