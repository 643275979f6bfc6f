/** What the host has of an engine's networks against its records. Reads only. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mountsBeneath } from '../host/mount.ts'
import { ownLinks } from './links.ts'
import type { InUse, NetworkDefinition } from './network.ts'

/** Lines, one for each thing that is wrong; `rules` is how many port rules a container should have. */
export async function verifyNetworks(look: {
  readonly directory: string
  readonly tag: string
  readonly networks: readonly NetworkDefinition[]
  readonly inUse: readonly (InUse & { readonly rules: number })[]
  /** Containers that the server of names knows. */
  readonly named: readonly string[]
  readonly ruleOwners: () => Promise<readonly string[]>
}): Promise<readonly string[]> {
  const lines: string[] = []
  const wanted = new Map(look.inUse.map((each) => [each.sandbox.netns, each]))
  const bound = new Set(mountsBeneath(look.directory).map(({ target }) => target))
  for (const { sandbox } of wanted.values()) {
    if (bound.has(sandbox.netns)) continue
    lines.push(`network: container ${short(sandbox.containerId)} has lost its namespace ${sandbox.netns}`)
  }
  for (const name of await readdir(look.directory).catch(() => [])) {
    const netns = join(look.directory, name)
    if (!wanted.has(netns)) lines.push(`network: namespace ${netns} belongs to no running container`)
  }
  const running = new Set(look.inUse.map(({ sandbox }) => sandbox.containerId))
  for (const id of look.named) {
    if (!running.has(id)) lines.push(`network: names are kept of container ${short(id)}, which does not run`)
  }
  const links = new Set(look.networks.map(({ link }) => link))
  const own = await ownLinks(look.tag)
  for (const link of own) {
    if (!links.has(link)) lines.push(`network: bridge ${link} belongs to no network`)
  }
  const owners = own.length > 0 ? await look.ruleOwners() : []
  for (const { sandbox, rules } of wanted.values()) {
    const has = owners.filter((owner) => sandbox.containerId.startsWith(owner)).length
    if (has === rules) continue
    lines.push(
      `network: container ${short(sandbox.containerId)} should have ${rules} rules for its ports and has ${has}`,
    )
  }
  const known = new Set([...wanted.values()].map(({ sandbox }) => short(sandbox.containerId)))
  for (const owner of new Set(owners.filter((each) => !known.has(each))))
    lines.push(`network: port rules are left of container ${owner}, which does not run`)
  return lines
}

function short(id: string): string {
  return id.slice(0, 12)
}
