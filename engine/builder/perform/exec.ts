/** RUN: a command in a container of its own, whose root becomes the next layer. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MountSettings, SecretFile } from '../../runtime/runtime.ts'
import type { MadeRoot } from '../../store/made-roots.ts'
import type { ExecOperation } from '../plan/step.ts'
import { CommandFailed, type Performed, type StepIo } from '../solve/performer.ts'
import type { Value } from '../solve/value.ts'
import { layersOf, makeLayer } from './made-layer.ts'
import { watchStubs } from './mount-stubs.ts'
import type { PerformerParts, StepNetwork } from './parts.ts'
import { openMounts } from './run-mounts.ts'
import { BUILD_HOSTNAME, runSettings } from './run-settings.ts'

/** Throws `CommandFailed` for a command that ends with another code than 0. */
export async function performExec(
  parts: PerformerParts,
  operation: ExecOperation,
  inputs: readonly Value[],
  io: StepIo,
): Promise<Performed> {
  const diffIds = operation.root === null ? [] : await layersOf(inputs[operation.root])
  return makeLayer(parts.store, diffIds, io.signal, async (root) => {
    const { extraHosts, network: asked } = parts.request
    const mode = operation.network === 'default' ? asked : operation.network
    const [rootfs, network] = await Promise.all([
      root.mount(),
      parts.joinNetwork({ id: root.id, mode, hostname: BUILD_HOSTNAME, extraHosts }),
    ])
    const folder = join(parts.scratch, root.id)
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const files = await ownFiles(folder, network)
      const mounts = await openMounts(parts, folder, operation, inputs, io)
      try {
        const { secrets } = mounts
        const all = [...files, ...mounts.settings]
        const targets = [...all, ...secrets].map(({ destination }) => destination)
        const tidy = await watchStubs(rootfs, targets)
        const env = [...operation.proxyEnv, ...operation.env, ...mounts.env]
        await run(parts, operation, root, { rootfs, network, mounts: all, env, secrets }, io)
        await tidy()
      } finally {
        await mounts.close()
      }
    } finally {
      await Promise.all([network.leave(), rm(folder, { recursive: true, force: true })])
    }
  })
}

/** Runs the command to its end. */
async function run(
  parts: PerformerParts,
  operation: ExecOperation,
  root: MadeRoot,
  place: {
    readonly rootfs: string
    readonly network: StepNetwork
    readonly mounts: readonly MountSettings[]
    readonly env: readonly string[]
    readonly secrets: readonly SecretFile[]
  },
  io: StepIo,
): Promise<void> {
  const code = await parts.runtime.runToEnd(runSettings(parts, operation, { id: root.id, ...place }), {
    signal: io.signal,
    output: io.log,
    secrets: place.secrets,
  })
  if (code !== 0) throw new CommandFailed(operation, code, null)
}

/** /etc/hosts and /etc/resolv.conf, which are the build's and never the layer's. */
async function ownFiles(folder: string, network: StepNetwork): Promise<MountSettings[]> {
  const texts = [
    ['hosts', network.hosts],
    ['resolv.conf', network.resolvConf],
  ] as const
  return Promise.all(
    texts.map(async ([name, text]) => {
      const source = join(folder, name)
      await writeFile(source, text, { mode: 0o644 })
      return { type: 'bind', source, destination: `/etc/${name}`, readOnly: true } as const
    }),
  )
}
