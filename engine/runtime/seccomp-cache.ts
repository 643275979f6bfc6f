/**
 * Compiled seccomp filters. crun compiles a profile for each container, which is a third of the time of creating
 * one; it leaves the result in its state directory and takes a ready one by annotation. Kept in memory only, so
 * that a filter is never older than the engine and the crun that made it.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OciSeccomp, OciSpec } from './spec/oci-spec.ts'

/** crun(1), "run.oci.seccomp_bpf_data": the filter in base64. The profile stays in the spec beside it. */
const ANNOTATION = 'run.oci.seccomp_bpf_data'
/** One filter is about 8 KiB; profiles of callers are few, but nothing bounds them. */
const MOST = 64

export class SeccompCache {
  readonly #filters = new Map<string, string>()

  /** The spec with the ready filter of its profile, when there is one. */
  apply(spec: OciSpec): OciSpec {
    const filter = spec.linux.seccomp && this.#filters.get(keyOf(spec.linux.seccomp))
    return filter ? { ...spec, annotations: { ...spec.annotations, [ANNOTATION]: filter } } : spec
  }

  /** Whether nothing is known of its profile yet. */
  lacks({ linux: { seccomp } }: OciSpec): boolean {
    return seccomp !== undefined && !this.#filters.has(keyOf(seccomp))
  }

  /** Keeps what crun compiled for the container whose state lies in `directory`; well if there is nothing. */
  async learn(spec: OciSpec, directory: string): Promise<void> {
    const { seccomp } = spec.linux
    if (!seccomp || this.#filters.size >= MOST || this.#filters.has(keyOf(seccomp))) return
    const filter = await readFile(join(directory, 'seccomp.bpf')).catch(() => null)
    // Whole instructions of 8 bytes: anything else is no filter.
    if (filter && filter.length > 0 && filter.length % 8 === 0) {
      this.#filters.set(keyOf(seccomp), filter.toString('base64'))
    }
  }
}

function keyOf(seccomp: OciSeccomp): string {
  return createHash('sha256').update(JSON.stringify(seccomp)).digest('hex')
}
