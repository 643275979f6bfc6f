/**
 * What a plan must know of the world beyond the Dockerfile. A plan is computed from what is known; what is missing
 * it names, and `planBuild` looks that up and computes again.
 */
import type { Platform } from '../../oci/descriptor.ts'
import { formatPlatform } from '../../oci/platform.ts'
import type { Range } from '../parse/tree.ts'
import type { ResolvedImage } from '../request.ts'

/** Something to look up. */
export type Need =
  | {
      readonly kind: 'image'
      /** Fully qualified. */
      readonly reference: string
      readonly platform: Platform
      /** As the Dockerfile has it, and where. */
      readonly written: string
      readonly range: Range
    }
  /** The commit that a ref of a repository is at now. */
  | { readonly kind: 'commit'; readonly remote: string; readonly ref: string; readonly range: Range | null }
  /** The ignore file's patterns of a context: `context`, or the name of another. */
  | { readonly kind: 'ignore'; readonly context: string }

/** What was looked up so far, and what was found missing. */
export class Known {
  readonly #images = new Map<string, ResolvedImage>()
  readonly #commits = new Map<string, string>()
  readonly #ignores = new Map<string, readonly string[]>()
  readonly #missing = new Map<string, Need>()

  /** Null when it has to be looked up first. */
  image(need: Need & { readonly kind: 'image' }): ResolvedImage | null {
    return this.#find(this.#images, need)
  }

  commit(need: Need & { readonly kind: 'commit' }): string | null {
    return this.#find(this.#commits, need)
  }

  ignore(context: string): readonly string[] | null {
    return this.#find(this.#ignores, { kind: 'ignore', context })
  }

  learnImage(need: Need, image: ResolvedImage): void {
    this.#images.set(keyOf(need), image)
  }

  learnCommit(need: Need, commit: string): void {
    this.#commits.set(keyOf(need), commit)
  }

  learnIgnore(need: Need, patterns: readonly string[]): void {
    this.#ignores.set(keyOf(need), patterns)
  }

  /** What was asked for in vain since the last time. */
  takeMissing(): readonly Need[] {
    const missing = [...this.#missing.values()]
    this.#missing.clear()
    return missing
  }

  get isMissing(): boolean {
    return this.#missing.size > 0
  }

  #find<Value>(found: ReadonlyMap<string, Value>, need: Need): Value | null {
    const key = keyOf(need)
    const value = found.get(key)
    if (value === undefined) this.#missing.set(key, need)
    return value ?? null
  }
}

function keyOf(need: Need): string {
  switch (need.kind) {
    case 'image':
      return `image ${need.reference} ${formatPlatform(need.platform)}`
    case 'commit':
      return `commit ${need.remote} ${need.ref}`
    case 'ignore':
      return `ignore ${need.context}`
  }
}
