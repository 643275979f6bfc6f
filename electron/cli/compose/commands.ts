/** Every command by its name; each is only read when it is called. */
import type { Command } from './command.ts'

const lifecycle = () => import('./commands/lifecycle.ts')
const upping = () => import('./commands/up.ts')
const execing = () => import('./commands/exec.ts')
const configuring = () => import('./commands/config.ts')
const looking = () => import('./commands/look.ts')
const imaging = () => import('./commands/pull.ts')
const listing = () => import('./commands/ls.ts')

/** Name -> command. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  attach: async () => (await execing()).attach,
  build: async () => (await imaging()).build,
  config: async () => (await configuring()).config,
  cp: async () => (await import('./commands/cp.ts')).cp,
  create: async () => (await upping()).create,
  down: async () => (await import('./commands/down.ts')).down,
  events: async () => (await listing()).events,
  exec: async () => (await execing()).exec,
  images: async () => (await looking()).images,
  kill: async () => (await lifecycle()).kill,
  logs: async () => (await import('./commands/logs.ts')).logs,
  ls: async () => (await listing()).ls,
  pause: async () => (await lifecycle()).pause,
  plan: async () => (await upping()).plan,
  port: async () => (await looking()).port,
  ps: async () => (await import('./commands/ps.ts')).ps,
  pull: async () => (await imaging()).pull,
  push: async () => (await imaging()).push,
  restart: async () => (await lifecycle()).restart,
  rm: async () => (await import('./commands/rm.ts')).rm,
  run: async () => (await import('./commands/run.ts')).run,
  scale: async () => (await upping()).scale,
  start: async () => (await lifecycle()).start,
  stop: async () => (await lifecycle()).stop,
  top: async () => (await looking()).top,
  unpause: async () => (await lifecycle()).unpause,
  up: async () => (await upping()).up,
  version: async () => (await configuring()).version,
  wait: async () => (await looking()).wait,
}
