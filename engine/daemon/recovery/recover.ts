/** Recovery at the start of an engine: observe, plan, apply. Nothing is served before it is done. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { assertNever } from '../../errors.ts'
import type { InUse } from '../../network/network.ts'
import { nowNano, rfc3339, rfc3339OfDate } from '../clock.ts'
import type { Container } from '../containers/container.ts'
import { ended, isUp } from '../containers/lifecycle.ts'
import type { Parts } from '../containers/parts.ts'
import { dismantle } from '../containers/remove.ts'
import { type Observation, planRecovery, type RecoveryStep } from './plan.ts'

/** Makes records and machine agree. Resolves with what was done. */
export async function recover(parts: Parts, rebooted: boolean): Promise<readonly RecoveryStep[]> {
  const steps = planRecovery(await observe(parts, rebooted))
  for (const step of steps) await apply(parts, step)
  await sweep(parts, rebooted)
  return steps
}

/** What the runtime has, against the records in the registry. */
export async function observe(parts: Parts, rebooted: boolean): Promise<Observation> {
  const { runtime, registry } = parts
  const ids = await runtime.list()
  const present = new Set(ids)
  const containers = await Promise.all(
    [...registry.all()].map(async ({ id, name, standing, definition }) => ({
      id,
      name,
      life: standing.life,
      autoRemove: definition.host.AutoRemove,
      observed: present.has(id) ? await runtime.observe(id) : ({ state: 'absent' } as const),
    })),
  )
  return { containers, strangers: ids.filter((id) => !registry.byId(id)), rebooted }
}

async function apply(parts: Parts, step: RecoveryStep): Promise<void> {
  const container = parts.registry.byId(step.id)
  switch (step.do) {
    case 'adopt':
      if (container) adopt(parts, container, step)
      return
    case 'exit':
      if (container) await takeExit(parts, container, step)
      return
    case 'remove':
      if (container) await dismantle(parts, container, { volumes: true })
      return
    case 'discard':
      await parts.runtime.delete(step.id, { force: true })
      return
    default:
      assertNever(step)
  }
}

function adopt(parts: Parts, container: Container, step: Extract<RecoveryStep, { do: 'adopt' }>): void {
  const { life } = container.standing
  const startedAt = isUp(life) ? life.startedAt : rfc3339(nowNano())
  const kind = step.paused ? 'paused' : 'running'
  if (isUp(life) && life.kind === kind && life.pid === step.pid) return
  container.standing = { ...container.standing, life: { kind, pid: step.pid, startedAt }, seeded: true }
  parts.records.put(container.id, container.standing, 'same')
}

async function takeExit(
  parts: Parts,
  container: Container,
  step: Extract<RecoveryStep, { do: 'exit' }>,
): Promise<void> {
  const finishedAt = step.at ? rfc3339OfDate(step.at) : rfc3339(nowNano())
  const life = ended(container.standing.life, { code: step.code, oomKilled: step.oomKilled, finishedAt })
  container.standing = {
    ...container.standing,
    life: { ...life, error: step.error },
    // As at any end: one that nobody checks is not known to be healthy.
    ...(container.health ? { health: { ...container.health, Status: 'unhealthy' as const } } : {}),
  }
  container.health = container.standing.health ?? null
  parts.journal.emit('container', 'die', container.id, container.attributes({ exitCode: String(step.code) }))
  if (step.remove) {
    await dismantle(parts, container, { volumes: true })
    return
  }
  const { id } = container
  const { sandbox, mappings } = container.standing
  parts.records.put(id, container.standing, 'same')
  await parts.runtime.delete(id, { force: true })
  await Promise.all([
    parts.store.unmountRootfs(id),
    sandbox ? parts.networks.release(sandbox, mappings) : null,
  ])
  container.standing = { ...container.standing, sandbox: null, mappings: [] }
  parts.records.put(id, container.standing, 'changed')
}

/** What of the network the containers have that are up. */
export function inUse({ registry }: Parts): InUse[] {
  return [...registry.all()].flatMap(({ up, standing: { sandbox, mappings } }) =>
    up && sandbox ? [{ sandbox, mappings }] : [],
  )
}

/** What no record explains goes: mounts, writable layers, files, addresses of those that are not up. */
async function sweep(parts: Parts, rebooted: boolean): Promise<void> {
  const { registry, store, networks, volumes, records } = parts
  const containers = [...registry.all()]
  for (const container of containers) {
    const { sandbox, mappings } = container.standing
    if (container.up || (!sandbox && mappings.length === 0)) continue
    if (sandbox) await networks.release(sandbox, mappings)
    container.standing = { ...container.standing, sandbox: null, mappings: [] }
    records.put(container.id, container.standing, 'changed')
  }
  const up = containers.filter((container) => container.up)
  await Promise.all([
    store.recover(
      up.map(({ id }) => id),
      containers.map(({ id }) => id),
    ),
    networks.recover(parts.networkRegistry.definitions(), inUse(parts), rebooted),
    volumes.recover(),
    removeStrangeFiles(parts),
    parts.volumes.recoverMounts((id) => registry.byId(id)?.up ?? false),
  ])
}

async function removeStrangeFiles({ directory, registry }: Parts): Promise<void> {
  const names = await readdir(directory)
  await Promise.all(
    names
      .filter((name) => !registry.byId(name))
      .map((name) => rm(join(directory, name), { recursive: true, force: true })),
  )
}
