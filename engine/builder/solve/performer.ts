/** How operations are done. The solver decides which and when; `perform/` does them. */
import type { Digest } from '../../oci/descriptor.ts'
import type { Operation, Step } from '../plan/step.ts'
import type { Value } from './value.ts'

/** Where a step under way says what it does. */
export interface StepIo {
  readonly signal: AbortSignal
  readonly log: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void
  /** `total` 0 is unknown. */
  readonly status: (name: string, current: number, total: number, done: boolean) => void
}

/** A part of what a step's content key is made of, named so that a change can be told of. */
export interface Fact {
  /** `src/app.ts`, `ARG VERSION`, `command`, `base`. */
  readonly name: string
  /** Short enough to be shown when it is a value of the Dockerfile; a digest for files. Never a secret. */
  readonly value: string
  /**
   * Where it goes, below the destination. Given, it stands in the key instead of `name`, so that the same bytes from
   * a renamed source are the same; left out, a name is a part of the key.
   */
  readonly as?: string
}

/** What a step did. */
export interface Performed {
  readonly value: Value
  /** Unpacked size of what it added; 0 when nothing. */
  readonly addedBytes: number
}

export interface Performer {
  /**
   * What the operation's result depends on beside the keys of its inputs: for COPY the digests of the files that it
   * takes. Null when the inputs' own keys must do (RUN on layers), so that nothing has to be read.
   */
  contentFacts(step: Step, inputs: readonly Value[], io: StepIo): Promise<readonly Fact[] | null>
  /** Does it. Throws `EngineError`; leaves nothing half-done. */
  perform(step: Step, inputs: readonly Value[], io: StepIo): Promise<Performed>
  /** Resolves when the layers are durable, which what is remembered of them waits for. Left out, they always are. */
  settled?(diffIds: readonly Digest[]): Promise<void>
  /** Whether a kept result is still there. */
  has(diffIds: readonly Digest[]): Promise<boolean>
}

/** What a command left that failed: the layers of its root, bottom first. */
export interface Remains {
  readonly diffIds: readonly Digest[]
  readonly addedBytes: number
}

/** A command that ended with a code of its own. */
export class CommandFailed extends Error {
  readonly operation: Operation
  readonly exitCode: number
  /** For a shell in it; null when it was not kept. */
  readonly remains: Remains | null

  constructor(operation: Operation, exitCode: number, remains: Remains | null) {
    const command = operation.kind === 'exec' ? operation.args.join(' ') : operation.kind
    super(`process "${command}" did not complete successfully: exit code: ${exitCode}`)
    this.operation = operation
    this.exitCode = exitCode
    this.remains = remains
  }
}
