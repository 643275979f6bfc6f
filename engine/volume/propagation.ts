/** Whether a mount of the host can be shared with a container, as a bind's propagation asks. */
import { readFileSync, realpathSync } from 'node:fs'
import { EngineError } from '../errors.ts'

/** One line of mountinfo, as far as it matters here. */
interface Peer {
  readonly target: string
  readonly shared: boolean
  readonly slave: boolean
}

/** Throws `conflict` in Docker's words when the mount that holds `source` is not of the kind. */
export function checkPropagation(source: string, propagation: string): void {
  if (propagation.endsWith('private')) return
  const real = realpathSync(source)
  const peer = holderOf(real, readFileSync('/proc/self/mountinfo', 'utf8'))
  const at = `path ${source} is mounted on ${peer.target} but it is not a shared`
  if (propagation.endsWith('shared') && !peer.shared) throw new EngineError('conflict', `${at} mount`)
  if (propagation.endsWith('slave') && !peer.shared && !peer.slave) {
    throw new EngineError('conflict', `${at} or slave mount`)
  }
}

/** The mount that a path is on, by the text of mountinfo. Pure. */
export function holderOf(path: string, mountinfo: string): Peer {
  let best: Peer = { target: '/', shared: false, slave: false }
  for (const line of mountinfo.split('\n')) {
    const fields = line.split(' ')
    const dash = fields.indexOf('-', 6)
    if (dash < 0) continue
    const target = (fields[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    )
    const holds = target === '/' || path === target || path.startsWith(`${target}/`)
    // Of several on one place the last is the one that is seen.
    if (!holds || target.length < best.target.length) continue
    const optional = fields.slice(6, dash)
    best = {
      target,
      shared: optional.some((field) => field.startsWith('shared:')),
      slave: optional.some((field) => field.startsWith('master:')),
    }
  }
  return best
}
