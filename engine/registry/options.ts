/** How an engine reaches registries, in the words of daemon.json. */

import { join } from 'node:path'

/** `insecure-registries`, `registry-mirrors` and the folder of certificates. */
export interface RegistryOptions {
  /**
   * Registries whose certificate is not checked and that may speak plain http: `host`, `host:port`, or a network
   * (`10.0.0.0/8`). This machine's own addresses always are.
   */
  readonly insecure: readonly string[]
  /** Addresses (`https://mirror.example`) asked before Docker Hub when pulling, in this order. */
  readonly mirrors: readonly string[]
  /** A folder as dockerd's certs.d: `<host[:port]>/{*.crt, x.cert, x.key}`. It need not exist. */
  readonly certificates: string
}

/** What holds where nothing is said. */
export const DEFAULT_REGISTRY_OPTIONS: RegistryOptions = {
  insecure: [],
  mirrors: [],
  certificates: '/etc/docker/certs.d',
}

/** Where people keep certificates of registries: as dockerd's users do, and as those of a dockerd without root. */
export function certificatesFolder(
  rootless: boolean,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (!rootless) return DEFAULT_REGISTRY_OPTIONS.certificates
  return join(env.XDG_CONFIG_HOME || join(env.HOME ?? '/', '.config'), 'docker/certs.d')
}
