/** Puts files into a container that has not started: secrets and configs that no bind can show as they were asked for. */
import type { EngineClient } from '../../client/client.ts'
import { EngineError } from '../../errors.ts'
import type { PlacedFile } from '../plan/desired/grants.ts'
import type { ApplyOptions } from './apply.ts'

/** Places all of them in one upload. */
export async function placeFiles(
  client: EngineClient,
  id: string,
  files: readonly PlacedFile[],
  { environment, read }: Pick<ApplyOptions, 'environment' | 'read'>,
): Promise<void> {
  if (files.length === 0) return
  const whole = await Promise.all(
    files.map(async (file) => ({
      ...{ path: file.path, uid: file.uid, gid: file.gid, mode: file.mode },
      content: await contentOf(file, environment, read),
    })),
  )
  await client.containers.putFiles(id, whole)
}

async function contentOf(
  { path, from }: PlacedFile,
  environment: ApplyOptions['environment'],
  read: ApplyOptions['read'],
): Promise<Uint8Array> {
  switch (from.kind) {
    case 'content':
      return Buffer.from(from.content)
    case 'file':
      return read(from.file)
    case 'environment': {
      const value = environment[from.variable]
      if (value === undefined) {
        throw new EngineError('invalid', `${path} is to hold the variable ${from.variable}, which is not set`)
      }
      return Buffer.from(value)
    }
  }
}
