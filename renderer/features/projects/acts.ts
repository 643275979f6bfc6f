/** What one does with a project as a whole, or with one service of it: shown while it goes on, a failure stays. */
import type { Client } from '../../rpc/client.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import type { Failure } from '../../rpc/views.ts'
import { createStore } from '../../ui/use-store.ts'

export type ProjectAct = 'start' | 'stop' | 'restart'

/** Acts under way, by `engine/project` or `engine/project/service`. */
export const pendingProjects = createStore<ReadonlyMap<string, string>>(new Map())
/** The last failure, by the same keys, until it is closed or the next act. */
export const projectFailures = createStore<ReadonlyMap<string, Failure>>(new Map())

const SHOWN: Readonly<Record<ProjectAct, string>> = {
  start: 'starting',
  stop: 'stopping',
  restart: 'restarting',
}

/** The key in the two stores. */
export function projectKey(engine: string, name: string, service: string | null = null): string {
  return service === null ? `${engine}/${name}` : `${engine}/${name}/${service}`
}

/** Does one act; never rejects, the failure is in `projectFailures`. */
export async function actOnProject(
  client: Client,
  engine: string,
  name: string,
  service: string | null,
  act: ProjectAct,
): Promise<void> {
  const key = projectKey(engine, name, service)
  put(projectFailures, key, undefined)
  put(pendingProjects, key, SHOWN[act])
  try {
    await client.projects.act({ engine, name, service, act })
  } catch (error) {
    put(projectFailures, key, failureOf(error))
  } finally {
    put(pendingProjects, key, undefined)
  }
}

/** Closes the note of a failure. */
export function forgetProjectFailure(key: string): void {
  put(projectFailures, key, undefined)
}

function put<T>(
  store: { set(next: (before: ReadonlyMap<string, T>) => ReadonlyMap<string, T>): void },
  key: string,
  value: T | undefined,
): void {
  store.set((before) => {
    const next = new Map(before)
    if (value === undefined) next.delete(key)
    else next.set(key, value)
    return next
  })
}
