/** `RegistryConfig` of info: how registries are reached, in Docker's shape. */
import type { DaemonSettings } from '../settings.ts'

export function registryConfig({ insecure, mirrors }: DaemonSettings['registries']) {
  const isRange = (entry: string) => /^[0-9a-fA-F.:]+\/\d+$/.test(entry)
  const named = insecure
    .filter((entry) => !isRange(entry))
    .map((Name) => [Name, { Name, Mirrors: [], Secure: false, Official: false }])
  const hub = mirrors.map((mirror) => (mirror.endsWith('/') ? mirror : `${mirror}/`))
  return {
    AllowNondistributableArtifactsCIDRs: null,
    AllowNondistributableArtifactsHostnames: null,
    InsecureRegistryCIDRs: [...insecure.filter(isRange), '::1/128', '127.0.0.0/8'],
    IndexConfigs: {
      ...Object.fromEntries(named),
      'docker.io': { Name: 'docker.io', Mirrors: hub, Secure: true, Official: true },
    },
    Mirrors: hub.length > 0 ? hub : null,
  }
}
