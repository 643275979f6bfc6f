/** How an engine reaches registries, in the words of daemon.json. */

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
