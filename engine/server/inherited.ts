/**
 * Sockets that whoever started the engine listens on already: systemd's activation (sd_listen_fds(3)). They begin at
 * descriptor 3, and the environment says how many they are and what they are called.
 */
import { EngineError } from '../errors.ts'

/** Where the first one is. */
const FIRST = 3

/** One of them. */
export interface InheritedSocket {
  readonly fd: number
  readonly name: string
}

/**
 * The sockets that were handed over, taken out of `env`: no child may believe that they are meant for it. None when
 * they are meant for another process.
 */
export function takeInherited(env: Record<string, string | undefined>, pid: number): InheritedSocket[] {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = env
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name]
  // Some starters leave the process out, because they cannot know it.
  if (LISTEN_PID && Number(LISTEN_PID) !== pid) return []
  const names = (LISTEN_FDNAMES ?? '').split(':')
  const count = /^\d{1,3}$/.test(LISTEN_FDS ?? '') ? Number(LISTEN_FDS) : 0
  return Array.from({ length: count }, (_, at) => ({ fd: FIRST + at, name: names[at] ?? '' }))
}

/** Those that `fd://`, `fd://*`, `fd://NAME` or `fd://NUMBER` means. Throws `invalid` when there are none. */
export function chooseInherited(all: readonly InheritedSocket[], wanted: string): readonly InheritedSocket[] {
  const chosen =
    wanted === '' || wanted === '*'
      ? all
      : all.filter(({ fd, name }) => name === wanted || String(fd) === wanted)
  if (chosen.length > 0) return chosen
  const why =
    all.length === 0
      ? 'no sockets were handed over: the engine was not started by socket activation (see "longshore engine install")'
      : `there are ${all.map(({ fd, name }) => (name === '' ? `${fd}` : `${fd} (${name})`)).join(', ')}`
  throw new EngineError('invalid', `cannot listen on fd://${wanted}: ${why}`)
}
