/**
 * Runtime: turns a spec and a root filesystem into a supervised process that outlives the engine.
 * `conmon-runtime.ts` puts the parts together: spec/ says what to run, supervisor.ts starts conmon, exits.ts hears
 * of ends, and everything known of a container lies in files (bundle.ts), so that a later engine can go on.
 *
 * With crun, what need not be a program run is done here: starting is one byte into crun's FIFO, deleting is
 * removing its state directory and the cgroups. Both were half of the time of a short container's life.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'
import { bootId } from '../host/boot.ts'
import { type CgroupLayout, cgroupLayout, cgroupPids, liftLimits, removeCgroup } from '../host/cgroup.ts'
import { cgroupAccess } from '../host/cgroup-access.ts'
import { run } from '../host/exec.ts'
import { identify, isAlive, signalProcess } from '../host/process.ts'
import { containerProcesses } from '../host/process-tree.ts'
import { type Abilities, readAbilities } from './abilities.ts'
import { attachTo } from './attachment.ts'
import { resolveBlockIo } from './block-devices.ts'
import {
  type BundlePaths,
  type BundleRecord,
  readPid,
  readRecord,
  StateLayout,
  writeRecord,
} from './bundle.ts'
import { reopenLogFile, resizeTerminal } from './control.ts'
import { delegated } from './delegated-group.ts'
import { startExec } from './exec-session.ts'
import { ExitWatcher } from './exits.ts'
import { startFailure } from './failure.ts'
import { hostFacts, resolveDevices } from './host-facts.ts'
import { joinContainer, joining } from './join-session.ts'
import { Lifelines } from './lifelines.ts'
import { withoutDepth } from './mount-sources.ts'
import { observeContainer } from './observe.ts'
import { findPrograms } from './programs.ts'
import { removeContainer } from './removal.ts'
import { lookupUser } from './rootfs-user.ts'
import { runAttended, secretMounts } from './run-to-end.ts'
import type {
  Attachment,
  ContainerSettings,
  ExecProcess,
  Exit,
  Observed,
  ProcessSettings,
  ResourceSettings,
  RunIo,
  Runtime,
  Usage,
} from './runtime.ts'
import { SeccompCache } from './seccomp-cache.ts'
import { prepareShm } from './shared-memory.ts'
import { signalNumber } from './signals.ts'
import { buildProcess, buildSpec, type SpecFacts, serializeSpec } from './spec/build-spec.ts'
import type { OciSpec } from './spec/oci-spec.ts'
import { limits } from './spec/resources.ts'
import { commandOf, startByFifo } from './start-created.ts'
import { conmonArgs, type Programs, superviseCreate } from './supervisor.ts'
import { SupervisorWatch } from './supervisor-watch.ts'
import { readUsage } from './usage.ts'
import { usageOfProcesses } from './usage-of-processes.ts'
import { makeWorkingDirectory } from './working-directory.ts'

export interface RuntimeOptions {
  /** Where bundles, exit files and the OCI runtime's state lie. A tmpfs is best: nothing of it survives a reboot. */
  readonly stateDir: string
  /** Parent cgroup of containers that name none, such as `/longshore-1a2b3c4d`; one for each engine. */
  readonly cgroupParent: string
  /** Which OCI runtime to use when both are there; crun when left out. */
  readonly prefer?: 'crun' | 'runc'
  readonly rootless?: boolean
  /** Told of failures that no caller waits for. */
  readonly report?: (error: unknown, what: string) => void
}

/** How long an attach waits for a container that is being created. */
const ATTACH_WAIT_MS = 30_000

/** Opens the runtime on its state directory. Throws `unavailable` with a remedy when a native part is missing. */
export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const groups = cgroupLayout()
  let access = cgroupAccess(groups, options.rootless ?? false)
  if (access.kind === 'delegated') access = delegated(groups, access)
  const { programs, identity } = await findPrograms(options.prefer, access)
  const layout = new StateLayout(options.stateDir)
  await layout.prepare()
  const exits = new ExitWatcher(layout.exits, layout.persist)
  await exits.open()
  const facts = hostFacts(options.rootless ?? false)
  const parent =
    access.kind === 'none' ? null : join(access.kind === 'whole' ? '/' : access.path, options.cgroupParent)
  return new ConmonRuntime(
    parent,
    programs,
    identity,
    layout,
    exits,
    facts,
    readAbilities(groups, facts, access),
    new SupervisorWatch(layout.exits, layout.persist, options.report ?? (() => {})),
  )
}

class ConmonRuntime implements Runtime {
  readonly identity: Runtime['identity']
  readonly abilities: Abilities
  /** Null where this engine can make no cgroups. */
  readonly #cgroupParent: string | null
  readonly #programs: Programs
  readonly #layout: StateLayout
  readonly #lifelines: Lifelines
  readonly #exits: ExitWatcher
  readonly #facts: SpecFacts
  readonly #cgroups: CgroupLayout = cgroupLayout()
  readonly #filters = new SeccompCache()
  readonly #supervisors: SupervisorWatch
  /** Containers whose `create` is under way: attaching to them may wait. */
  readonly #creating = new Set<string>()

  constructor(
    cgroupParent: string | null,
    programs: Programs,
    identity: Runtime['identity'],
    layout: StateLayout,
    exits: ExitWatcher,
    facts: SpecFacts,
    abilities: Abilities,
    supervisors: SupervisorWatch,
  ) {
    this.#cgroupParent = cgroupParent
    this.#programs = programs
    this.identity = identity
    this.#layout = layout
    this.#lifelines = new Lifelines(layout.lifelines)
    this.#exits = exits
    this.#facts = facts
    this.abilities = abilities
    this.#supervisors = supervisors
  }

  async create(settings: ContainerSettings): Promise<{ readonly pid: number }> {
    const { id } = settings
    const paths = this.#layout.bundle(id)
    this.#creating.add(id)
    try {
      return await this.#create(settings, paths)
    } catch (error) {
      await this.delete(id, { force: true }).catch(() => {}) // the first failure is the one to tell
      throw error
    } finally {
      this.#creating.delete(id)
    }
  }

  async #create(settings: ContainerSettings, paths: BundlePaths): Promise<{ readonly pid: number }> {
    const { id } = settings
    const cgroup = this.#cgroup(settings)
    const [spec] = await Promise.all([
      this.#makeSpec(settings, paths, cgroup),
      mkdir(paths.persist, { recursive: true, mode: 0o700 }),
      rm(join(this.#layout.exits, id), { force: true }),
    ])
    this.#exits.forget(id)
    await writeFile(paths.config, serializeSpec(this.#filters.apply(spec)), { mode: 0o600 })
    const args = conmonArgs(this.#programs, {
      id,
      uuid: id,
      name: settings.name || id,
      bundle: paths.directory,
      pidFile: paths.pidFile,
      exitDir: this.#layout.exits,
      runtimeRoot: this.#layout.runtime,
      log: settings.logPath === null ? 'none' : `k8s-file:${settings.logPath}`,
      terminal: settings.process.terminal,
      stdin: settings.openStdin,
      leaveStdinOpen: settings.openStdin && !settings.stdinOnce,
    })
    args.push('-P', paths.supervisorPidFile, '--persist-dir', paths.persist)
    const created = await this.#lifelines.lend(paths.lifeline, (lifeline) =>
      superviseCreate(this.#programs, args, paths.directory, [lifeline, ...settings.heldFds]),
    )
    if (created.data < 0) {
      throw startFailure('create', this.#programs.runtime, created.message ?? '', settings.process.args)
    }
    if (this.#programs.runtime === 'crun') await this.#filters.learn(spec, join(this.#layout.runtime, id))
    const process = identify(created.data)
    const supervisor = identify(readPid(paths.supervisorPidFile) ?? 0)
    if (!process || !supervisor) {
      throw new EngineError('internal', `container ${id} was made and is gone again before it was started`)
    }
    const terminal = settings.process.terminal
    const how = this.#programs.runtime === 'crun' ? joining(spec) : null
    await writeRecord(paths, { boot: bootId(), process, supervisor, cgroup, terminal, joining: how })
    this.#supervisors.add(id, { process, supervisor }, paths.lifeline)
    return { pid: created.data }
  }

  async runToEnd(settings: ContainerSettings, io: RunIo): Promise<number> {
    const { id } = settings
    const paths = this.#layout.bundle(id)
    const cgroup = this.#cgroup(settings)
    try {
      const mounts = [...settings.mounts, ...secretMounts(paths, io.secrets ?? [])]
      const spec = await this.#makeSpec({ ...settings, mounts }, paths, cgroup)
      const what = { id, spec, paths, cgroup }
      return await runAttended(this.#programs, this.#filters, what, io)
    } finally {
      await this.delete(id, { force: true })
    }
  }

  #cgroup(settings: ContainerSettings): string | null {
    const parent = this.#cgroupParent
    return parent === null ? null : join('/', settings.cgroupParent ?? parent, settings.id)
  }

  /** Makes the bundle's folder, and what the OCI runtime is to read. */
  async #makeSpec(settings: ContainerSettings, paths: BundlePaths, cgroup: string | null): Promise<OciSpec> {
    const [user, devices, blockIo, mounts] = await Promise.all([
      lookupUser(settings.rootfs, settings.process),
      resolveDevices(settings),
      resolveBlockIo(settings.resources.blockIo),
      withoutDepth(settings.mounts),
      makeWorkingDirectory(settings),
      mkdir(paths.directory, { recursive: true, mode: 0o700 }),
    ])
    const shm = await prepareShm(settings, (each) => this.#layout.bundle(each).directory)
    return buildSpec({ ...settings, mounts }, user, { devices, blockIo, shm }, cgroup, this.#facts)
  }

  async start(id: string): Promise<void> {
    const record = this.#record(id)
    if (this.#programs.runtime === 'crun') {
      await startByFifo(id, record, join(this.#layout.runtime, id, 'exec.fifo'))
      return
    }
    const result = await this.#call(['start', id], [0, 1])
    if (result.code !== 0)
      throw startFailure(
        'start',
        this.#programs.runtime,
        result.stderr,
        await commandOf(this.#layout.bundle(id)),
      )
  }

  async kill(id: string, signal: string | number): Promise<void> {
    const number = signalNumber(signal)
    const record = this.#record(id)
    if (record.boot !== bootId() || !signalProcess(record.process, number)) {
      throw new EngineError('conflict', `cannot kill container ${id}: it is not running`)
    }
  }

  async update(id: string, resources: ResourceSettings): Promise<void> {
    const record = this.#record(id)
    if (!isAlive(record.process)) throw new EngineError('conflict', `container ${id} is not running`)
    // Without cgroups there is nothing to change now; the answer's warnings say so.
    if (record.cgroup === null) return
    const file = join(this.#layout.bundle(id).directory, 'update.json')
    const blockIo = await resolveBlockIo(resources.blockIo)
    await writeFile(file, JSON.stringify(limits(resources, blockIo)), { mode: 0o600 })
    await this.#call(['update', '--resources', file, id])
    const lifted = { cpu: (resources.cpuQuota ?? 0) < 0, pids: (resources.pidsLimit ?? 0) < 0 }
    await liftLimits(this.#cgroups, record.cgroup, lifted)
  }

  async pause(id: string): Promise<void> {
    this.#needCgroups('pause', id)
    await this.#call(['pause', id])
  }

  async resume(id: string): Promise<void> {
    this.#needCgroups('unpause', id)
    await this.#call(['resume', id])
  }

  async delete(id: string, options: { readonly force: boolean }): Promise<void> {
    this.#supervisors.remove(id)
    await removeContainer(
      {
        layout: this.#layout,
        cgroups: this.#cgroups,
        exits: this.#exits,
        forget:
          this.#programs.runtime === 'runc' ? () => this.#call(['delete', '--force', id], [0, 1]) : null,
      },
      id,
      options,
    )
  }

  async attach(id: string, options: Parameters<Runtime['attach']>[1]): Promise<Attachment> {
    const waitMs = this.#creating.has(id) ? ATTACH_WAIT_MS : 0
    return attachTo(this.#programs.helper, this.#layout.bundle(id).attach, options, waitMs)
  }

  resize(id: string, rows: number, cols: number): Promise<void> {
    return resizeTerminal(this.#layout.bundle(id).control, rows, cols)
  }

  reopenLog(id: string): Promise<void> {
    return reopenLogFile(this.#layout.bundle(id).control)
  }

  async exec(
    id: string,
    execId: string,
    process: ProcessSettings,
    options: { readonly stdin: boolean; readonly attach: boolean; readonly rootfs: string },
  ): Promise<ExecProcess> {
    const record = this.#record(id)
    if (!isAlive(record.process)) throw new EngineError('conflict', `container ${id} is not running`)
    const user = await lookupUser(options.rootfs, process)
    const wanted = buildProcess(process, user, this.#facts)
    const place = {
      helper: this.#programs.helper,
      containerId: id,
      record,
      cgroups: this.#cgroups,
      seccompFile: join(this.#layout.runtime, id, 'seccomp.bpf'),
    }
    const joined = await joinContainer(place, wanted, options)
    if (joined) return joined
    return startExec(
      this.#programs,
      {
        containerId: id,
        execId,
        directory: join(this.#layout.bundle(id).execs, execId),
        runtimeRoot: this.#layout.runtime,
      },
      wanted,
      options,
    )
  }

  async pids(id: string): Promise<readonly number[]> {
    const { cgroup, process, supervisor } = this.#record(id)
    if (cgroup === null) return containerProcesses(process.pid, supervisor.pid)
    return cgroupPids(this.#cgroups, cgroup)
  }

  async usage(id: string): Promise<Usage> {
    const { cgroup } = this.#record(id)
    if (cgroup === null) return usageOfProcesses(await this.pids(id))
    return readUsage(this.#cgroups, cgroup)
  }

  async observe(id: string): Promise<Observed> {
    const found = await observeContainer(id, this.#layout, this.#exits, this.#cgroups)
    // One that an earlier engine started is looked after from here on.
    if (found.state === 'running' || found.state === 'paused') {
      this.#supervisors.add(id, this.#record(id), this.#layout.bundle(id).lifeline)
    }
    return found
  }

  async list(): Promise<readonly string[]> {
    const { bundles, persist, runtime, exits } = this.#layout
    const names = await Promise.all([bundles, persist, runtime, exits].map((path) => readdir(path)))
    return [...new Set(names.flat().filter((name) => !name.includes('.')))].sort()
  }

  onExit(listener: (exit: Exit) => void): () => void {
    return this.#exits.onExit(listener)
  }

  async close(): Promise<void> {
    this.#exits.close()
    this.#supervisors.close()
    // Ours alone, and only when no container is in it.
    if (this.#cgroupParent !== null) await removeCgroup(this.#cgroups, this.#cgroupParent)
  }

  #needCgroups(what: 'pause' | 'unpause', id: string): void {
    if (this.#cgroupParent !== null) return
    throw new EngineError(
      'internal',
      `Cannot ${what} container ${id}: it has no freezer cgroup. ${this.identity.cgroupLack ?? ''}`.trim(),
    )
  }

  #record(id: string): BundleRecord {
    const record = readRecord(this.#layout.bundle(id))
    if (!record) throw new EngineError('conflict', `container ${id} is not running`)
    return record
  }

  #call(args: readonly string[], expectExit: readonly number[] = [0]) {
    const [program, ...leading] = this.#programs.call
    return run(program, [...leading, '--root', this.#layout.runtime, ...args], { expectExit })
  }
}
