/** Where the sockets of clients' ssh agents are: each in a folder of its own in the engine's state. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

const PREFIX = 'ssh-'

/** A new folder in `state` that only the engine's user may enter. */
export function makeAgentFolder(state: string): Promise<string> {
  return mkdtemp(join(state, PREFIX))
}

/** Removes those that an engine that was killed left in `state`. Only before a build has one. */
export async function sweepAgentFolders(state: string): Promise<void> {
  // A state that is not there has none.
  const entries = await readdir(state, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (!entry.isDirectory() || !entry.name.startsWith(PREFIX)) continue
    await rm(join(state, entry.name), { recursive: true, force: true })
  }
}
