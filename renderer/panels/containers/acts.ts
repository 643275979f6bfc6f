/** What one does with a container: the state shows at once, the event confirms it, a failure stays at its row. */
import type { Client } from '../../rpc/client.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import type { ContainerRow, Failure } from '../../rpc/views.ts'
import { createStore } from '../../ui/use-store.ts'

export type Pending = 'starting' | 'stopping' | 'restarting' | 'pausing' | 'resuming' | 'killing' | 'removing'
export type Act = 'start' | 'stop' | 'restart' | 'pause' | 'unpause' | 'kill'

/** Acts under way, by `engine/id`. */
export const pendingActs = createStore<ReadonlyMap<string, Pending>>(new Map())
/** The last failure of an act, by `engine/id`, until it is closed or the next act. */
export const actFailures = createStore<ReadonlyMap<string, Failure>>(new Map())

const SHOWN: Readonly<Record<Act, Pending>> = {
  start: 'starting',
  stop: 'stopping',
  restart: 'restarting',
  pause: 'pausing',
  unpause: 'resuming',
  kill: 'killing',
}

/** The key of a container in the two stores. */
export function actKey(engine: string, id: string): string {
  return `${engine}/${id}`
}

/** Does one act; never rejects, the failure is in `actFailures`. */
export async function actOn(client: Client, engine: string, id: string, act: Act): Promise<void> {
  await during(engine, id, SHOWN[act], () => {
    const target = { engine, id }
    switch (act) {
      case 'start':
        return client.containers.start(target)
      case 'stop':
        return client.containers.stop(target)
      case 'restart':
        return client.containers.restart(target)
      case 'pause':
        return client.containers.pause(target)
      case 'unpause':
        return client.containers.unpause(target)
      case 'kill':
        return client.containers.kill({ ...target, signal: 'SIGKILL' })
    }
  })
}

/** Removes a container with its anonymous volumes. Answers false when that failed. */
export function removeContainer(
  client: Client,
  engine: string,
  id: string,
  force: boolean,
): Promise<boolean> {
  return during(engine, id, 'removing', () => client.containers.remove({ engine, id, force, volumes: true }))
}

/** What `s` and the first button do: start what stands, stop what runs, resume what is paused. */
export function mainAct(row: ContainerRow): Act {
  switch (row.state.kind) {
    case 'running':
    case 'restarting':
      return 'stop'
    case 'paused':
      return 'unpause'
    default:
      return 'start'
  }
}

/** Closes the note of a failed act. */
export function forgetFailure(engine: string, id: string): void {
  set(actFailures, actKey(engine, id), undefined)
}

/** Notes a failure at a container's row, for acts that live elsewhere (a shell that would not open). */
export function noteFailure(engine: string, id: string, error: unknown): void {
  set(actFailures, actKey(engine, id), failureOf(error))
}

async function during(
  engine: string,
  id: string,
  shown: Pending,
  act: () => Promise<unknown>,
): Promise<boolean> {
  const key = actKey(engine, id)
  set(actFailures, key, undefined)
  set(pendingActs, key, shown)
  try {
    await act()
    return true
  } catch (error) {
    set(actFailures, key, failureOf(error))
    return false
  } finally {
    set(pendingActs, key, undefined)
  }
}

function set<T>(
  store: { set(next: (before: ReadonlyMap<string, T>) => ReadonlyMap<string, T>): void },
  key: string,
  value: T | undefined,
): void {
  store.set((before) => {
    if (value === undefined && !before.has(key)) return before
    const next = new Map(before)
    if (value === undefined) next.delete(key)
    else next.set(key, value)
    return next
  })
}
