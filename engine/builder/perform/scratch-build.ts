/** For tests: an engine's store and runtime, an image of busybox in it, and steps that are done at once. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFolder } from '../../context/folder.ts'
import { FolderStats } from '../../context/stat-cache.ts'
import { findProgram } from '../../host/native-parts.ts'
import { packTree } from '../../host/rooted-files.ts'
import type { Digest } from '../../oci/descriptor.ts'
import { openRuntime } from '../../runtime/conmon-runtime.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import { FileStore } from '../../store/file-store.ts'
import { plainRequest } from '../plain-request.ts'
import type { CopyOperation, ExecOperation, Operation } from '../plan/step.ts'
import type { BuildRequest } from '../request.ts'
import type { Fact, Performed, Performer } from '../solve/performer.ts'
import type { Value } from '../solve/value.ts'
import { CacheMounts } from './cache-mounts.ts'
import { listTar } from './list-tar.ts'
import type { PerformerParts } from './parts.ts'
import { openPerformer } from './performer.ts'

const APPLETS =
  'sh cat chmod cp echo env false find grep head hostname id kill ln ls mkdir mount mv printf rm rmdir sleep stat test touch true umount wc'

/** What a test works with. */
export interface ScratchBuild {
  readonly folder: string
  readonly store: FileStore
  readonly runtime: Runtime
  readonly performer: Performer
  readonly cacheMounts: CacheMounts
  /** A root of busybox. */
  readonly base: Value
  /** Layers of what `write` makes in a folder. */
  layers(write: (folder: string) => void, below?: readonly Digest[]): Promise<Value>
  /** A folder outside the store, as a context. */
  context(write: (folder: string) => void, ignore?: readonly string[], owners?: 'kept' | 'root'): Value
  perform(
    operation: Operation,
    inputs: readonly Value[],
    signal?: AbortSignal,
  ): Promise<Performed & { said: string }>
  facts(operation: Operation, inputs: readonly Value[]): Promise<readonly Fact[] | null>
  /** What a step's own layer holds: lines of `tar -tv` without dates. */
  changes(performed: Performed, inputs: readonly Value[]): Promise<readonly string[]>
  /** The place of a value's topmost layer. */
  top(value: Value): string
  close(): Promise<void>
}

/** Opens one. Needs the rights of root. */
export async function scratchBuild(more: Partial<BuildRequest> = {}): Promise<ScratchBuild> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-perform-'))
  const records = { all: () => [], get: () => undefined, put: () => {}, remove: () => {} }
  const store = new FileStore({ root: join(folder, 'store'), rootless: false, records })
  const cgroupParent = `/longshore-perform-${process.pid}`
  const runtime = await openRuntime({ stateDir: join(folder, 'state'), cgroupParent })
  const parts: PerformerParts = {
    store,
    runtime,
    request: { ...REQUEST, ...more },
    cacheMounts: new CacheMounts(join(folder, 'build-cache-mounts')),
    scratch: join(folder, 'scratch'),
    fetchImage: async () => {},
    joinNetwork: async () => ({
      namespace: { kind: 'private' },
      hosts: '127.0.0.1\tlocalhost\n',
      resolvConf: 'nameserver 10.0.0.1\n',
      leave: async () => {},
    }),
  }
  const performer = openPerformer(parts)
  let count = 0
  const layers = (write: (folder: string) => void, below: readonly Digest[] = []) =>
    store.holding(async (): Promise<Value> => {
      const root = await store.makeRoot(below)
      write(below.length === 0 ? root.upper : await root.mount())
      const layer = await root.adopt()
      return { kind: 'layers', diffIds: [...below, ...(layer ? [layer.diffId] : [])] }
    })
  const step = (operation: Operation) => ({
    id: 's0',
    operation,
    inputs: [],
    name: '',
    origin: null,
    fresh: false,
  })
  const top = (value: Value) =>
    store.layerFolder((value.kind === 'folder' ? [] : value.diffIds).at(-1) as Digest)
  return {
    folder,
    store,
    runtime,
    performer,
    cacheMounts: parts.cacheMounts,
    base: await layers(writeBusybox),
    layers,
    top,
    context(write, ignore = [], owners = 'root') {
      const path = join(folder, `context-${++count}`)
      mkdirSync(path)
      write(path)
      return { kind: 'folder', folder: openFolder(path, { ignore, owners, stats: new FolderStats(null) }) }
    },
    async perform(operation, inputs, signal = new AbortController().signal) {
      let said = ''
      const log = (_: string, bytes: Uint8Array) => {
        said += Buffer.from(bytes).toString()
      }
      const performed = await performer.perform(step(operation), inputs, { signal, log, status: () => {} })
      return { ...performed, said }
    },
    facts: (operation, inputs) =>
      performer.contentFacts(step(operation), inputs, {
        signal: new AbortController().signal,
        log: () => {},
        status: () => {},
      }),
    async changes({ value }, inputs) {
      const before = inputs.reduce(
        (most, each) => Math.max(most, each.kind === 'folder' ? 0 : each.diffIds.length),
        0,
      )
      if (value.kind !== 'folder' && value.diffIds.length === before) return []
      return listTar(packTree(top(value), 'layer'))
    },
    async close() {
      for (const id of await runtime.list()) await runtime.delete(id, { force: true })
      await runtime.close()
      await store.recover([], [])
      await store.settled()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A copy of one source to `destination`, input 0 below and input 1 the source; `more` says what else. */
export function copyOf(path: string, destination: string, more: Partial<CopyOperation> = {}): CopyOperation {
  return {
    kind: 'copy',
    root: 0,
    sources: [{ kind: 'path', input: 1, path, origin: 'local' }],
    destination,
    chown: null,
    chmod: null,
    exclude: [],
    parents: false,
    unpack: 'never',
    ...more,
  }
}

/** A command of a shell on input 0. */
export function runOf(script: string, more: Partial<ExecOperation> = {}): ExecOperation {
  return {
    kind: 'exec',
    root: 0,
    args: ['/bin/sh', '-c', script],
    env: ['PATH=/bin'],
    cwd: '/',
    user: '',
    mounts: [],
    network: 'none',
    security: 'sandbox',
    argNames: [],
    proxyEnv: [],
    ...more,
  }
}

function writeBusybox(root: string): void {
  for (const name of ['bin', 'etc', 'tmp']) mkdirSync(join(root, name))
  copyFileSync(findProgram('busybox') ?? '', join(root, 'bin/busybox'))
  for (const applet of APPLETS.split(' ')) symlinkSync('busybox', join(root, 'bin', applet))
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\napp:x:1001:\nextra:x:2000:app\n')
}

const REQUEST: BuildRequest = plainRequest('0')
