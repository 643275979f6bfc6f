/** Finds engines that run on this machine already, by their well-known sockets. */
import { existsSync } from 'node:fs'
import { formatEndpoint, parseEndpoint } from '../../../engine/client/endpoint.ts'
import type { EngineEntry } from './engine.ts'

/** Known sockets, in the order in which they are shown. `environment` gives DOCKER_HOST and XDG_RUNTIME_DIR. */
export function discoverEngines(environment: Readonly<Record<string, string | undefined>>): EngineEntry[] {
  const found: EngineEntry[] = []
  const add = (name: string, endpoint: string) => {
    if (found.some((entry) => entry.endpoint === endpoint)) return
    found.push({
      id: engineIdOf(endpoint),
      name,
      kind: endpoint.startsWith('unix:') ? 'local' : 'remote',
      endpoint,
    })
  }
  const chosen = environment.DOCKER_HOST
  if (chosen && /^(unix|tcp):\/\//.test(chosen))
    add('Docker (DOCKER_HOST)', formatEndpoint(parseEndpoint(chosen)))
  const runtime = environment.XDG_RUNTIME_DIR
  const sockets: readonly (readonly [string, string])[] = [
    ['Docker', '/var/run/docker.sock'],
    ['Podman', '/run/podman/podman.sock'],
    ...(runtime
      ? ([
          ['Docker (rootless)', `${runtime}/docker.sock`],
          ['Podman (rootless)', `${runtime}/podman/podman.sock`],
        ] as const)
      : []),
  ]
  for (const [name, path] of sockets) if (existsSync(path)) add(name, `unix://${path}`)
  return found
}

/** The id that an endpoint always has. */
export function engineIdOf(endpoint: string): string {
  return endpoint
    .replace(/^unix:\/\//, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^-/, '')
}
