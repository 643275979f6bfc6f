/** The files of a session's client as a build takes them. */

import type { ContextProvider } from '../../../builder/request.ts'
import type { SourceFolder } from '../../../builder/solve/value.ts'
import { EngineError } from '../../../errors.ts'
import { readClientFile } from './file-contents.ts'
import type { HeldFolder, KeptFolders } from './kept-folders.ts'
import { receiveFiles } from './receive-files.ts'
import type { Session } from './session.ts'
import { SyncedFolder } from './synced-folder.ts'

/** Makes of a folder that has everything what steps read. */
export type OpenFolder = (path: string, ignore: readonly string[]) => Promise<SourceFolder>

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
      return await openFolder(place.path, ignore)
    },
    close: async () => {
      for (const place of held.splice(0)) await place.release()
    },
  }
}
