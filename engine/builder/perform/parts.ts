/**
 * Builder: how the operations of a plan are done. `performer.ts` says which file does which; all of them make layers by
 * a root of the store's (`store.makeRoot`) that is written to and adopted.
 */
import type { NamespaceSettings, Runtime } from '../../runtime/runtime.ts'
import type { Store } from '../../store/store.ts'
import type { ImageOperation } from '../plan/step.ts'
import type { BuildRequest } from '../request.ts'
import type { StepIo } from '../solve/performer.ts'
import type { CacheMounts } from './cache-mounts.ts'

/** A step's place in the network, for as long as its command runs. */
export interface StepNetwork {
  readonly namespace: NamespaceSettings
  /** Texts of /etc/hosts and /etc/resolv.conf. */
  readonly hosts: string
  readonly resolvConf: string
  /** Idempotent. */
  leave(): Promise<void>
}

/** What one build's steps need of the engine. */
export interface PerformerParts {
  readonly store: Store
  readonly runtime: Runtime
  readonly request: BuildRequest
  readonly cacheMounts: CacheMounts
  /** A folder for what does not become a layer; gone when the build has ended. */
  readonly scratch: string
  /** Pulls what is missing of an image. */
  readonly fetchImage: (operation: ImageOperation, io: StepIo) => Promise<void>
  /** Joins a network; `id` names the step's command. Throws `not-found` for a name that there is not. */
  readonly joinNetwork: (wish: {
    readonly id: string
    readonly mode: BuildRequest['network']
    readonly hostname: string
    /** `name:address`. */
    readonly extraHosts: readonly string[]
  }) => Promise<StepNetwork>
}
