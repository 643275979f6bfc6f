/** Every command by its name; each is only read when it is called. */
import type { Command } from './command.ts'

const lifecycle = () => import('./commands/lifecycle.ts')
const upping = () => import('./commands/up.ts')
const configuring = () => import('./commands/config.ts')

/** Name -> command. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  config: async () => (await configuring()).config,
  create: async () => (await upping()).create,
  down: async () => (await import('./commands/down.ts')).down,
  kill: async () => (await lifecycle()).kill,
  logs: async () => (await import('./commands/logs.ts')).logs,
  pause: async () => (await lifecycle()).pause,
  plan: async () => (await upping()).plan,
  ps: async () => (await import('./commands/ps.ts')).ps,
  restart: async () => (await lifecycle()).restart,
  rm: async () => (await import('./commands/rm.ts')).rm,
  start: async () => (await lifecycle()).start,
  stop: async () => (await lifecycle()).stop,
  unpause: async () => (await lifecycle()).unpause,
  up: async () => (await upping()).up,
  version: async () => (await configuring()).version,
}
