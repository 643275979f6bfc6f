/** Runs an OCI bundle as a child of ours, on the leash of the native part: what is left of it ends with us. */
import { watch } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { EngineError } from '../errors.ts'
import { bootId } from '../host/boot.ts'
import { identify } from '../host/process.ts'
import { type ChildProcess, spawn } from '../host/spawn.ts'
import { type BundlePaths, writeRecord } from './bundle.ts'
import { startFailure } from './failure.ts'
import type { MountSettings, RunIo, SecretFile } from './runtime.ts'
import type { SeccompCache } from './seccomp-cache.ts'
import { serializeSpec } from './spec/build-spec.ts'
import type { OciSpec } from './spec/oci-spec.ts'
import type { Programs } from './supervisor.ts'

/** Where in memory the OCI runtime keeps its state, a copy of the spec in it. */
const STATE = 'oci'

/** What is run. */
export interface AttendedRun {
  readonly id: string
  readonly spec: OciSpec
  readonly paths: BundlePaths
  readonly cgroup: string | null
}

/** Resolves with the exit code of the process. Its bundle, cgroup and state are the caller's to remove. */
export async function runAttended(
  programs: Programs,
  filters: SeccompCache,
  { id, spec, paths, cgroup }: AttendedRun,
  io: RunIo,
): Promise<number> {
  if (io.signal.aborted) throw new EngineError('cancelled', 'cancelled')
  const log = join(paths.directory, 'runtime.log')
  const memory = memoryOf(paths)
  await mkdir(memory, { recursive: true, mode: 0o700 })
  const child = spawn(
    programs.helper,
    [
      'leash',
      memory,
      ...programs.call,
      '--root',
      join(memory, STATE),
      '--log',
      log,
      'run',
      '--bundle',
      memory,
      '--pid-file',
      paths.pidFile,
      id,
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], cwd: paths.directory },
  )
  // As long as this end is open, it runs.
  child.stdin?.on('error', () => {})
  const letGo = () => child.stdin?.destroy()
  io.signal.addEventListener('abort', letGo, { once: true })
  // The mounts that only the child sees, looked at through it.
  const state = join(`/proc/${child.pid}/root`, memory, STATE, id)
  const learning = learnFilter(filters, spec, paths.pidFile, state)
  try {
    const ended = endOf(child)
    const leash = child.pid === undefined ? null : identify(child.pid)
    if (leash) {
      // A later engine finds it by this, should the leash have failed.
      const record = { boot: bootId(), process: leash, supervisor: leash, cgroup, terminal: false }
      await writeRecord(paths, record)
    }
    for (const bytes of filesOf(filters.apply(spec), io.secrets ?? [])) child.stdin?.write(bytes)
    const [code] = await Promise.all([ended, carry(child, 'stdout', io), carry(child, 'stderr', io)])
    if (io.signal.aborted) throw new EngineError('cancelled', 'cancelled', { cause: io.signal.reason })
    const words = code === 0 ? '' : await readFile(log, 'utf8').catch(() => '')
    if (words.trim() !== '') throw startFailure('create', programs.runtime, words, spec.process.args)
    return code
  } finally {
    learning?.close()
    io.signal.removeEventListener('abort', letGo)
    letGo()
  }
}

/** What only the leash and what is on it see: the spec, which may hold secret variables, and secret files. */
function memoryOf(paths: BundlePaths): string {
  return join(paths.directory, 'memory')
}

/** Puts secret files where they are wanted. */
export function secretMounts(paths: BundlePaths, secrets: readonly SecretFile[]): MountSettings[] {
  return secrets.map(({ destination }, number) => ({
    ...{ type: 'bind', source: join(memoryOf(paths), `secret-${number}`), destination, readOnly: true },
    options: ['nosuid', 'nodev', 'noexec'],
  }))
}

function* filesOf(spec: OciSpec, secrets: readonly SecretFile[]): Generator<Uint8Array> {
  yield* file('config.json', { content: Buffer.from(serializeSpec(spec)), mode: 0o600, uid: 0, gid: 0 })
  for (const [number, secret] of secrets.entries()) yield* file(`secret-${number}`, secret)
  yield u32(0)
}

function* file(
  name: string,
  { content, mode, uid, gid }: Omit<SecretFile, 'destination'>,
): Generator<Uint8Array> {
  yield Buffer.concat([u32(Buffer.byteLength(name)), Buffer.from(name)])
  yield Buffer.concat([mode, uid, gid, content.length].map(u32))
  yield content
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new EngineError('unavailable', `cannot run the engine's helper: ${cause.message}`, { cause })),
    )
    child.on('exit', (code) => resolve(code ?? 137))
  })
}

async function carry(child: ChildProcess, stream: 'stdout' | 'stderr', io: RunIo): Promise<void> {
  const source = child[stream]
  if (!source) return
  for await (const bytes of source) await io.output(stream, bytes as Uint8Array)
}

/** Before the runtime has gone again, what it compiled is taken, once for each profile. */
function learnFilter(filters: SeccompCache, spec: OciSpec, pidFile: string, state: string) {
  if (!filters.lacks(spec)) return null
  const watcher = watch(join(pidFile, '..'), (_, name) => {
    if (name !== basename(pidFile)) return
    watcher.close()
    void filters.learn(spec, state)
  })
  return watcher
}
