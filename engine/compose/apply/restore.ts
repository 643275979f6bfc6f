/** Gives a container's place back to the one that was there before. */
import type { EngineClient } from '../../client/client.ts'
import { isEngineError } from '../../errors.ts'
import type { Action } from '../plan/step.ts'

/** However far the replacement had come: what is in the right state already is left alone. */
export async function restore(
  { id, name, start }: Extract<Action, { kind: 'restore' }>,
  client: EngineClient,
): Promise<void> {
  const { containers } = client
  try {
    const there = await containers.inspect(name)
    if (there.Id !== id) await containers.remove(there.Id, { force: true, volumes: false })
  } catch (error) {
    if (!isEngineError(error, 'not-found')) throw error
  }
  const old = await containers.inspect(id)
  if (old.Name !== `/${name}`) await containers.rename(id, name)
  if (start && !old.State.Running) await containers.start(id)
}
