/** What an engine says of itself, for its page. Pure. */
import type { EngineClient } from '../../../engine/client/client.ts'
import type { EngineFacts } from '../../contract/engines.ts'

export function factsOf(client: EngineClient): EngineFacts {
  const { info, version } = client
  return {
    product: productOf(client),
    version: version.Version,
    operatingSystem: info.OperatingSystem ?? version.Os,
    kernel: info.KernelVersion ?? version.KernelVersion ?? '',
    architecture: info.Architecture ?? version.Arch,
    cpus: info.NCPU ?? 0,
    memoryBytes: info.MemTotal ?? 0,
    storageDriver: info.Driver ?? '',
    rootDirectory: info.DockerRootDir ?? '',
    rootless: (info.SecurityOptions ?? []).some((option) => option.includes('rootless')),
    warnings: info.Warnings ?? [],
  }
}

/** A name to show; nothing is ever decided by it. */
function productOf(client: EngineClient): string {
  if (client.capabilities.longshore) return 'Longshore'
  const names = (client.version.Components ?? []).map((component) => component.Name)
  if (names.some((name) => name.startsWith('Podman'))) return 'Podman'
  return client.version.Platform?.Name || (names.includes('Engine') ? 'Docker' : 'Docker-compatible engine')
}
