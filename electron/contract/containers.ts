/** Containers: the live list, run, and what one does with a container. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as z from 'zod'
import { engineId } from './engines.ts'
import { failures } from './failures.ts'
import type { Done, ListMessage } from './live.ts'

/** State as a person reads it; colour, shape and word follow from `kind`. */
export type ContainerState =
  | { readonly kind: 'created' }
  | {
      readonly kind: 'running'
      readonly since: string
      readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy'
    }
  | { readonly kind: 'paused'; readonly since: string }
  | { readonly kind: 'restarting'; readonly exitCode: number }
  | {
      readonly kind: 'exited'
      readonly exitCode: number
      readonly at: string | null
      readonly outOfMemory: boolean
    }
  | { readonly kind: 'removing' }
  | { readonly kind: 'dead' }

export interface PublishedPort {
  readonly hostIp: string
  readonly hostPort: number
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp'
}

export interface ContainerRow {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly imageId: string
  readonly command: string
  readonly createdAt: string
  readonly state: ContainerState
  readonly ports: readonly PublishedPort[]
  readonly project: string | null
  readonly service: string | null
  readonly terminal: boolean
  readonly labels: Readonly<Record<string, string>>
}

/** One sample of a visible row. Percent of one core; bytes. */
export interface UsageSample {
  readonly id: string
  readonly at: string
  readonly cpuPercent: number
  readonly memoryBytes: number
  readonly memoryLimitBytes: number
}

export interface ContainerDetail {
  readonly row: ContainerRow
  readonly command: readonly string[]
  readonly entrypoint: readonly string[]
  readonly environment: readonly string[]
  readonly workingDirectory: string
  readonly user: string
  readonly hostname: string
  readonly restartPolicy: string
  readonly restartCount: number
  readonly mounts: readonly {
    readonly kind: 'bind' | 'volume' | 'tmpfs'
    readonly source: string
    readonly destination: string
    readonly readOnly: boolean
  }[]
  readonly networks: readonly {
    readonly name: string
    readonly address: string
    readonly aliases: readonly string[]
  }[]
  /** The engine's own inspect answer, for the Inspect tab. */
  readonly raw: unknown
}

const target = z.object({ engine: engineId, id: z.string().min(1).max(200) })

/** What the run form fills in; the service turns it into a create call and into the docker line. */
export const runInput = z.object({
  engine: engineId,
  image: z.string().min(1).max(500),
  name: z.string().max(128).optional(),
  ports: z
    .array(
      z.object({
        hostIp: z.string().max(60),
        hostPort: z.number().int().min(0).max(65535),
        containerPort: z.number().int().min(1).max(65535),
        protocol: z.enum(['tcp', 'udp']),
      }),
    )
    .max(200),
  mounts: z
    .array(
      z.object({
        kind: z.enum(['volume', 'bind']),
        source: z.string().max(4096),
        destination: z.string().min(1).max(4096),
        readOnly: z.boolean(),
      }),
    )
    .max(200),
  environment: z
    .array(z.object({ name: z.string().min(1).max(500), value: z.string().max(131072) }))
    .max(1000),
  command: z.array(z.string()).max(1000),
  entrypoint: z.array(z.string()).max(1000).optional(),
  network: z.enum(['bridge', 'none', 'host']),
  hostname: z.string().max(253).optional(),
  user: z.string().max(200).optional(),
  workingDirectory: z.string().max(4096).optional(),
  restart: z.enum(['no', 'on-failure', 'always', 'unless-stopped']),
  memoryBytes: z.number().int().min(0).optional(),
  cpus: z.number().min(0).optional(),
  terminal: z.boolean(),
  removeWhenDone: z.boolean(),
  readOnly: z.boolean(),
  start: z.boolean(),
})
export type RunInput = z.infer<typeof runInput>

/** Whether a host port may be used, and a free one near it. */
export type PortAnswer =
  | { readonly free: true }
  | { readonly free: false; readonly holder: string; readonly suggestion: number | null }

/** What an image wants, to prefill the form. */
export interface RunHints {
  readonly local: boolean
  readonly imageSizeBytes: number | null
  readonly ports: readonly {
    readonly containerPort: number
    readonly protocol: 'tcp' | 'udp'
    readonly freeHostPort: number | null
  }[]
  readonly volumes: readonly string[]
  readonly environment: readonly string[]
  readonly suggestedName: string
}

export const containers = {
  watch: oc
    .errors(failures)
    .input(z.object({ engine: engineId }))
    .output(eventIterator(type<ListMessage<ContainerRow>>())),
  /** Samples for just these ids (the visible rows), about one a second each. */
  usage: oc
    .errors(failures)
    .input(z.object({ engine: engineId, ids: z.array(z.string()).max(200) }))
    .output(eventIterator(type<readonly UsageSample[]>())),
  detail: oc.errors(failures).input(target).output(type<ContainerDetail>()),
  runHints: oc
    .errors(failures)
    .input(z.object({ engine: engineId, image: z.string().max(500) }))
    .output(type<RunHints>()),
  checkPort: oc
    .errors(failures)
    .input(
      z.object({
        engine: engineId,
        hostIp: z.string(),
        hostPort: z.number().int().min(1).max(65535),
        protocol: z.enum(['tcp', 'udp']),
      }),
    )
    .output(type<PortAnswer>()),
  /** The same run as a docker line and as compose YAML; pure, for the live preview. */
  preview: oc
    .errors(failures)
    .input(runInput)
    .output(type<{ readonly dockerRun: string; readonly compose: string }>()),
  /** Reads a pasted `docker run` line into the form. Throws INVALID naming the flag it does not know. */
  parseRunLine: oc
    .errors(failures)
    .input(z.object({ engine: engineId, line: z.string().max(20000) }))
    .output(type<RunInput>()),
  /** Creates (pulling first, as a task, when the image is not there) and starts. */
  run: oc.errors(failures).input(runInput).output(type<Done & { readonly id: string }>()),
  start: oc.errors(failures).input(target).output(type<Done>()),
  stop: oc
    .errors(failures)
    .input(target.extend({ graceSeconds: z.number().int().min(0).max(3600).optional() }))
    .output(type<Done>()),
  restart: oc.errors(failures).input(target).output(type<Done>()),
  kill: oc
    .errors(failures)
    .input(target.extend({ signal: z.string().max(20) }))
    .output(type<Done>()),
  pause: oc.errors(failures).input(target).output(type<Done>()),
  unpause: oc.errors(failures).input(target).output(type<Done>()),
  rename: oc
    .errors(failures)
    .input(target.extend({ name: z.string().min(1).max(128) }))
    .output(type<Done>()),
  /** What a removal takes and what stays, before it is done. */
  removalPlan: oc.errors(failures).input(target).output(
    type<{
      readonly removes: readonly string[]
      readonly keeps: readonly string[]
      readonly running: boolean
    }>(),
  ),
  remove: oc
    .errors(failures)
    .input(target.extend({ force: z.boolean(), volumes: z.boolean() }))
    .output(type<Done>()),
}
