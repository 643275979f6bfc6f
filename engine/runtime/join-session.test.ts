/** The helper's way into a container against crun's own, on real containers: what a process sees must be the same. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cgroupLayout } from '../host/cgroup.ts'
import { findProgram } from '../host/native-parts.ts'
import { readRecord, StateLayout } from './bundle.ts'
import { openRuntime } from './conmon-runtime.ts'
import { startExec } from './exec-session.ts'
import { hostFacts } from './host-facts.ts'
import { joinContainer } from './join-session.ts'
import { findPrograms } from './programs.ts'
import { lookupUser } from './rootfs-user.ts'
import type { ContainerSettings, ExecProcess, ProcessSettings, Runtime } from './runtime.ts'
import { canRunContainers, makeRootfs, processFor, settingsFor } from './scratch-container.ts'
import { buildProcess } from './spec/build-spec.ts'
import type { Programs } from './supervisor.ts'

/** Everything that decides what a process may do and where it is, as far as /proc and the shell tell it. */
const LOOK = `
cd . ; S=/proc/$$
busybox grep -E '^(Umask|Uid|Gid|Groups|NStgid|Sig[BIC]|Cap|NoNewPrivs|Seccomp|Specul|Cpus_allowed:|Mems_allowed:)' $S/status
cat $S/limits $S/cgroup $S/oom_score_adj
for n in $S/ns/*; do busybox readlink $n; done
cat $S/attr/current 2>/dev/null; echo
busybox env | busybox sort; pwd; umask; id
echo descriptors; busybox ls -1 $S/fd; echo .
busybox stat -L -c '%u:%g %a' $S/fd/1 $S/fd/2
set -- $(cat $S/stat); echo "session is own: $(( $6 == $$ )) $(( $5 == $$ ))"; echo "nice \${19} terminal $(( $7 != 0 ))"
busybox readlink $S/root; busybox readlink $S/cwd
echo written > /dev/stdout; mount | busybox wc -l; busybox cat /proc/self/personality
`

describe.runIf(canRunContainers() && findProgram('crun') !== null)('joining', { timeout: 30_000 }, () => {
  let scratch: string
  let rootfs: string
  let runtime: Runtime
  let programs: Programs
  let layout: StateLayout
  const made = new Map<string, string>()

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'longshore-join-'))
    rootfs = makeRootfs(join(scratch, 'rootfs'))
    layout = new StateLayout(join(scratch, 'state'))
    runtime = await openRuntime({
      stateDir: layout.root,
      cgroupParent: `/longshore-test-${process.pid}`,
      prefer: 'crun',
    })
    programs = (await findPrograms('crun', { kind: 'whole' })).programs
  })

  afterAll(async () => {
    for (const id of await runtime.list()) await runtime.delete(id, { force: true })
    await runtime.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  /** A sleeping container with these settings, made once. */
  async function container(process: Partial<ProcessSettings>, more: Partial<ContainerSettings>) {
    const key = JSON.stringify([process, more])
    const id = made.get(key) ?? `j${made.size}`
    if (!made.has(key)) {
      made.set(key, id)
      await runtime.create(settingsFor(id, rootfs, { args: ['sleep', '1000'], ...process }, more))
      await runtime.start(id)
    }
    return id
  }

  const placeOf = (id: string) => ({
    helper: programs.helper,
    containerId: id,
    record: readRecord(layout.bundle(id)) as NonNullable<ReturnType<typeof readRecord>>,
    cgroups: cgroupLayout(),
    seccompFile: join(layout.runtime, id, 'seccomp.bpf'),
  })
  const specOf = async (settings: ProcessSettings) =>
    buildProcess(settings, await lookupUser(rootfs, settings), hostFacts(false))

  async function outputOf(exec: ExecProcess | null): Promise<string> {
    expect(exec).not.toBeNull()
    const bytes = await collect(exec?.attachment?.output as Readable)
    return `${bytes}\nended ${await exec?.exit}`
  }

  let count = 0
  const byJoining = async (id: string, settings: ProcessSettings) =>
    outputOf(await joinContainer(placeOf(id), await specOf(settings), { stdin: false, attach: true }))
  const byRuntime = async (id: string, settings: ProcessSettings) => {
    const execId = `e${++count}`
    const directory = join(layout.bundle(id).execs, execId)
    const place = { containerId: id, execId, directory, runtimeRoot: layout.runtime }
    return outputOf(await startExec(programs, place, await specOf(settings), { stdin: false, attach: true }))
  }

  const cases: readonly [
    string,
    Partial<ProcessSettings>,
    Partial<ProcessSettings>,
    Partial<ContainerSettings>,
  ][] = [
    ['root', {}, {}, {}],
    ['a named user with groups', { user: 'app' }, {}, {}],
    ['a number and added groups', { user: '4000:4001', groupAdd: ['2000', '77'] }, {}, {}],
    ['a working directory', { cwd: '/etc' }, {}, {}],
    ['its own environment', { env: ['A=1', 'B=two words', 'HOME=/elsewhere'] }, {}, {}],
    ['privileged in a privileged container', { privileged: true }, { privileged: true }, {}],
    ['privileged in a plain container', { privileged: true }, {}, {}],
    [
      'more capabilities',
      { capAdd: ['SYS_PTRACE', 'NET_ADMIN'] },
      { capAdd: ['SYS_PTRACE', 'NET_ADMIN'] },
      {},
    ],
    ['no capabilities', { capDrop: ['ALL'] }, { capDrop: ['ALL'] }, {}],
    ['no new privileges', { noNewPrivileges: true }, {}, {}],
    ['no new privileges as a user', { noNewPrivileges: true, user: 'app' }, {}, {}],
    ['no filter', {}, {}, { seccomp: 'unconfined' }],
    [
      'limits',
      {
        ulimits: [
          { name: 'nofile', soft: 99, hard: 100 },
          { name: 'core', soft: 0, hard: -1 },
        ],
      },
      {},
      {},
    ],
    ['a terminal', { terminal: true, consoleSize: { rows: 11, cols: 222 } }, {}, {}],
    [
      'the host’s namespaces',
      {},
      {},
      { network: { kind: 'host' }, pid: { kind: 'host' }, ipc: { kind: 'host' }, uts: { kind: 'host' } },
    ],
    ['limited resources', {}, {}, { resources: { memoryBytes: 64 * 1024 * 1024, pidsLimit: 50 } }],
  ]

  it.each(cases)('gives a process with %s what crun gives it', async (_name, process, first, more) => {
    const id = await container(first, more)
    const settings = processFor({ args: ['sh', '-c', LOOK], ...process })
    const [ours, theirs] = [await byJoining(id, settings), await byRuntime(id, settings)]
    expect(same(ours)).toBe(same(theirs))
    // crun's are of a session that began outside of the container; runc's, and ours, have one of their own.
    expect(ours).toContain('session is own: 1 1')
    // crun leaves one of its own open now and then; the shell opens 10 for itself.
    expect(ours).toMatch(/^descriptors\s+0\s+1\s+2\s+(10\s+)?\.\r?$/m)
    expect(ours).toMatch(/written\r?\n[\s\S]*ended 0$/)
  })

  it('gives a terminal to its user, which crun keeps for root', async () => {
    const id = await container({}, {})
    const args = ['sh', '-c', 'busybox stat -L -c %u /proc/self/fd/0; echo written > /dev/stdout']
    const settings = processFor({ args, terminal: true, user: 'app' })
    expect(await byJoining(id, settings)).toBe('1000\r\nwritten\r\n\nended 0')
  })

  const started = async (args: string[], stdin = false) => {
    const id = await container({}, {})
    const exec = await joinContainer(placeOf(id), await specOf(processFor({ args })), { stdin, attach: true })
    return exec as ExecProcess & { readonly attachment: NonNullable<ExecProcess['attachment']> }
  }

  it('goes on when nobody reads any more', async () => {
    const exec = await started(['sh', '-c', 'busybox yes | busybox head -c 3000000; echo > /unread; exit 7'])
    exec.attachment.detach()
    expect(await exec.exit).toBe(7)
    expect(existsSync(join(rootfs, 'unread'))).toBe(true)
  })

  it('delivers every byte, to and from, to a reader that is slow at first', async () => {
    const exec = await started(['cat'], true)
    const sent = Buffer.alloc(2_000_000, 'tide and quay; ')
    exec.attachment.input.end(sent)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await collect(exec.attachment.output)).toBe(sent.toString())
    expect(await exec.exit).toBe(0)
  })

  it('is killed with what it has started', async () => {
    const exec = await started(['sh', '-c', 'sleep 1000 & wait'])
    exec.kill()
    expect(await exec.exit).toBe(137)
  })

  it('sets an OOM score, which crun leaves as it is', async () => {
    const id = await container({}, {})
    const settings = processFor({ args: ['cat', '/proc/self/oom_score_adj'], oomScoreAdj: 300 })
    expect(await byJoining(id, settings)).toBe('300\n\nended 0')
  })
})

/** Without what differs from one process to the next. */
function same(text: string): string {
  return text
    .replace(/^session is own.*$|^descriptors[^.]*/gm, '')
    .replace(/^NStgid:.*$/m, (line) => `NStgid of ${line.trim().split(/\s+/).length - 1}`)
}

/** The text of a stream, frames taken off as far as there are any. */
async function collect(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  if (bytes[0] !== 1 && bytes[0] !== 2) return bytes.toString()
  let text = ''
  for (let at = 0; at + 8 <= bytes.length; at += 8 + bytes.readUInt32BE(at + 4)) {
    text += bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at + 4)).toString()
  }
  return text
}
