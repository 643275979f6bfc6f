/** The page's one session with the services: its client, its connection, and the live lists, for any component. */
import { createContext, type ReactNode, use, useEffect, useState, useSyncExternalStore } from 'react'
import type { Client } from './client.ts'
import type { Connection, ConnectionState } from './connection.ts'
import { failureOf } from './failure-of.ts'
import { type ListSnapshot, LiveList } from './live-list.ts'
import { subscribe } from './subscribe.ts'
import type {
  BuildRow,
  ContainerRow,
  EngineView,
  ImageRow,
  ListMessage,
  ProjectRow,
  Settings,
  TaskView,
  TerminalView,
  VolumeRow,
} from './views.ts'

/** A value that the services push: undefined until the first message. */
export interface Feed<T> {
  get(): T | undefined
  subscribe(listener: () => void): () => void
}

export interface Session {
  readonly client: Client
  readonly connection: Connection
  readonly engines: Feed<readonly EngineView[]>
  readonly settings: Feed<Settings>
  readonly tasks: Feed<readonly TaskView[]>
  readonly terminals: Feed<readonly TerminalView[]>
  projects(engine: string): LiveList<ProjectRow>
  containers(engine: string): LiveList<ContainerRow>
  images(engine: string): LiveList<ImageRow>
  volumes(engine: string): LiveList<VolumeRow>
  builds(engine: string): LiveList<BuildRow>
}

/** Makes the session over a connected client. */
export function createSession(client: Client, connection: Connection): Session {
  const lists = <Row extends object>(
    watch: (engine: string, signal: AbortSignal) => Promise<AsyncIterable<ListMessage<Row>>>,
    idOf: (row: Row) => string,
  ) => {
    const known = new Map<string, LiveList<Row>>()
    return (engine: string): LiveList<Row> => {
      const found = known.get(engine)
      if (found) return found
      const made = new LiveList<Row>(
        (take, fail) =>
          subscribe(
            connection,
            (signal) => watch(engine, signal),
            take,
            (state) => {
              // A lost connection is told once for the whole window, not by each list.
              if (state.kind === 'failed') fail(failureOf(state.error).message)
            },
          ),
        idOf,
      )
      known.set(engine, made)
      return made
    }
  }
  return {
    client,
    connection,
    engines: feed(connection, (signal) => client.engines.watch(undefined, { signal })),
    settings: feed(connection, (signal) => client.settings.watch(undefined, { signal })),
    tasks: feed(connection, (signal) => client.tasks.watch(undefined, { signal })),
    terminals: feed(connection, (signal) => client.terminals.watch(undefined, { signal })),
    projects: lists(
      (engine, signal) => client.projects.watch({ engine }, { signal }),
      (row) => row.name,
    ),
    containers: lists(
      (engine, signal) => client.containers.watch({ engine }, { signal }),
      (row) => row.id,
    ),
    images: lists(
      (engine, signal) => client.images.watch({ engine }, { signal }),
      (row) => row.id,
    ),
    volumes: lists(
      (engine, signal) => client.volumes.watch({ engine }, { signal }),
      (row) => row.name,
    ),
    builds: lists(
      (engine, signal) => client.builds.watch({ engine }, { signal }),
      (row) => row.id,
    ),
  }
}

function feed<T>(connection: Connection, open: (signal: AbortSignal) => Promise<AsyncIterable<T>>): Feed<T> {
  let value: T | undefined
  let stop: (() => void) | null = null
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    subscribe(listener) {
      listeners.add(listener)
      stop ??= subscribe(connection, open, (message) => {
        value = message
        for (const each of [...listeners]) each()
      })
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stop?.()
        stop = null
      }
    },
  }
}

const SessionContext = createContext<Session | null>(null)

export function SessionProvider(props: { readonly session: Session; readonly children: ReactNode }) {
  return <SessionContext value={props.session}>{props.children}</SessionContext>
}

/** The session; throws outside of its provider. */
export function useSession(): Session {
  const session = use(SessionContext)
  if (!session) throw new Error('A component asked for the session outside of SessionProvider.')
  return session
}

export function useClient(): Client {
  return useSession().client
}

/** The latest value of a feed. */
export function useFeed<T>(source: Feed<T>): T | undefined {
  return useSyncExternalStore(source.subscribe, source.get)
}

/** The rows of a live list and how fresh they are. */
export function useLiveList<Row extends object>(list: LiveList<Row>): ListSnapshot<Row> {
  return useSyncExternalStore(list.subscribe, list.get)
}

/** The engine of that id, as it stands. */
export function useEngine(id: string): EngineView | undefined {
  return useFeed(useSession().engines)?.find((engine) => engine.id === id)
}

export function useConnectionState(): ConnectionState {
  const { connection } = useSession()
  const [state, setState] = useState(connection.state)
  useEffect(() => {
    setState(connection.state)
    return connection.onState(setState)
  }, [connection])
  return state
}
