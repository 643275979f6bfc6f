/** Runs an OCI bundle as a child of ours, on the leash of the native part: what is left of it ends with us. */
import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { EngineError } from '../errors.ts'
import { bootId } from '../host/boot.ts'
import { identify } from '../host/process.ts'
import { type ChildProcess, spawn } from '../host/spawn.ts'
import { type BundlePaths, writeRecord } from './bundle.ts'
import { startFailure } from './failure.ts'
import type { RunIo } from './runtime.ts'
import type { SeccompCache } from './seccomp-cache.ts'
import type { OciSpec } from './spec/oci-spec.ts'
import type { Programs } from './supervisor.ts'

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
  runtimeRoot: string,
  io: RunIo,
): Promise<number> {
  if (io.signal.aborted) throw new EngineError('cancelled', 'cancelled')
  const log = join(paths.directory, 'runtime.log')
  const child = spawn(
    programs.helper,
    [
      'leash',
      ...programs.call,
      '--root',
      runtimeRoot,
      '--log',
      log,
      'run',
      '--bundle',
      paths.directory,
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
  const learning = learnFilter(filters, spec, paths.pidFile, join(runtimeRoot, id))
  try {
    const ended = endOf(child)
    const leash = child.pid === undefined ? null : identify(child.pid)
    if (leash) {
      // A later engine finds it by this, should the leash have failed.
      const record = { boot: bootId(), process: leash, supervisor: leash, cgroup, terminal: false }
      await writeRecord(paths, record)
    }
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
