/** The mounts of a RUN: made before its command, gone after it. */
import { join } from 'node:path'
import { assertNever, EngineError } from '../../errors.ts'
import { copyFiles } from '../../host/copy-files.ts'
import type { MountSettings, SecretFile } from '../../runtime/runtime.ts'
import type { ExecOperation, RunMount } from '../plan/step.ts'
import type { StepIo } from '../solve/performer.ts'
import type { Value } from '../solve/value.ts'
import { serveAgent } from './agent-socket.ts'
import { openBound } from './bound-files.ts'
import type { PerformerParts } from './parts.ts'

/** What a command gets, and what has to be done when it has ended. */
export interface RunMounts {
  readonly settings: readonly MountSettings[]
  readonly env: readonly string[]
  readonly secrets: readonly SecretFile[]
  /** Idempotent; all of it is tried, the first failure is thrown. */
  close(): Promise<void>
}

/** Where the mounts of one command are made. */
interface Place {
  readonly parts: PerformerParts
  readonly inputs: readonly Value[]
  readonly io: StepIo
  readonly after: (work: () => Promise<void>) => void
  readonly env: string[]
  readonly secrets: SecretFile[]
  /** A folder of the command's own. */
  readonly folder: string
}

/** Throws `invalid` in BuildKit's words for a secret or an agent that is required and not there. */
export async function openMounts(
  parts: PerformerParts,
  folder: string,
  operation: ExecOperation,
  inputs: readonly Value[],
  io: StepIo,
): Promise<RunMounts> {
  const ends: (() => Promise<void>)[] = []
  const env: string[] = []
  const secrets: SecretFile[] = []
  const close = async () => {
    const results = await Promise.allSettled(ends.splice(0).map((end) => end()))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }
  const place: Place = { parts, folder, inputs, io, env, secrets, after: (work) => void ends.push(work) }
  try {
    const settings: MountSettings[] = []
    for (const [number, mount] of operation.mounts.entries()) {
      const made = await open(place, mount, number)
      if (made) settings.push(made)
    }
    return { settings, env, secrets, close }
  } catch (error) {
    await close().catch(() => {}) // the first failure is the one to tell
    throw error
  }
}

async function open(place: Place, mount: RunMount, number: number): Promise<MountSettings | null> {
  const destination = mount.target
  switch (mount.type) {
    case 'bind': {
      const files = await openBound(place.parts, inputOf(place, mount.input), mount.source)
      place.after(files.close)
      return { type: 'bind', source: files.path, destination: mount.target, readOnly: mount.readOnly }
    }
    case 'cache': {
      const { from, id, sharing, mode, uid, gid } = mount
      const fill = from && ((folder: string) => fillFrom(place, from, folder))
      const lease = await place.parts.cacheMounts.lease(
        { id, sharing, mode, uid, gid, fill },
        place.io.signal,
      )
      place.after(lease.release)
      return { type: 'bind', source: lease.path, destination: mount.target, readOnly: mount.readOnly }
    }
    case 'tmpfs': {
      const size = mount.sizeBytes === null ? [] : [`size=${mount.sizeBytes}`]
      // Programs and devices work in it, as BuildKit has it.
      const options = ['exec', 'dev', ...size]
      return { type: 'tmpfs', source: 'tmpfs', destination: mount.target, readOnly: false, options }
    }
    case 'secret': {
      const value = await place.parts.request.secret(mount.id)
      if (value === null) {
        if (mount.required) throw new EngineError('invalid', `secret ${mount.id}: not found`)
        return null
      }
      if (mount.env !== null) place.env.push(`${mount.env}=${value.toString('utf8')}`)
      const { mode, uid, gid } = mount
      if (destination !== null) place.secrets.push({ destination, content: value, mode, uid, gid })
      return null
    }
    case 'ssh': {
      const agent = await place.parts.request.ssh(mount.id)
      if (agent === null) {
        if (mount.required)
          throw new EngineError('invalid', `no SSH key "${mount.id}" forwarded from the client`)
        return null
      }
      const source = join(place.folder, `agent-${number}`)
      place.after(await serveAgent(source, agent, mount))
      place.env.push(`SSH_AUTH_SOCK=${mount.target}`)
      return plainBind(source, mount.target)
    }
    default:
      return assertNever(mount)
  }
}

function plainBind(source: string, destination: string): MountSettings {
  return { type: 'bind', source, destination, readOnly: true }
}

function inputOf(place: Place, input: number): Value {
  const value = place.inputs[input]
  if (!value) throw new EngineError('internal', 'a step of the plan mounts an input that it does not have')
  return value
}

/** What an empty cache begins with. */
async function fillFrom(
  { parts, inputs, io }: Place,
  from: { readonly input: number; readonly source: string },
  folder: string,
): Promise<void> {
  const value = inputs[from.input]
  if (!value) throw new EngineError('internal', 'a step of the plan mounts an input that it does not have')
  const files = await openBound(parts, value, from.source)
  try {
    const rules = { kind: 'rules', owner: null, chmod: '' } as const
    const copy = { kind: 'copy', source: 0, rootOwned: false, path: '/', name: '', destination: '/' } as const
    const frames = [rules, { ...copy, entries: null }]
    const places = { out: folder, below: null, work: folder, sources: [files.path], cwd: folder }
    await copyFiles(places, frames, io.signal)
  } finally {
    await files.close()
  }
}
