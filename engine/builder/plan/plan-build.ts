/**
 * From a Dockerfile and what is asked to a plan: computed from what is known, then what is missing is looked up, all of
 * it at once, and computed again. Mostly that is once: triggers of a base may name more.
 */
import { findIgnoreFile } from '../../context/ignore-file.ts'
import { isEngineError } from '../../errors.ts'
import type { Platform } from '../../oci/descriptor.ts'
import { hostPlatform } from '../../oci/platform.ts'
import { suggest } from '../parse/suggest.ts'
import type { Dockerfile } from '../parse/tree.ts'
import type { BuildRequest, ContextSource, ResolvedImage } from '../request.ts'
import { checkedWarnings } from './checks.ts'
import { MAIN } from './contexts.ts'
import { Known, type Need } from './known.ts'
import { PlanError } from './plan-error.ts'
import { plan } from './planner.ts'
import type { BuildPlan } from './step.ts'

/** What a plan takes from the world. */
export interface PlanDeps {
  /** Digest and config of an image, without its layers. `reference` is fully qualified. */
  resolveImage(reference: string, platform: Platform): Promise<ResolvedImage>
  /** The commit (40 or 64 hex digits) that a ref of a repository is at; an empty ref is its default branch. */
  resolveCommit(remote: string, ref: string): Promise<string>
  /** Of the machine that builds; without it, this one. */
  readonly buildPlatform?: Platform
}

/** Names that people mistype, beside those of the file's stages. */
const COMMON_IMAGES = [
  ...['alpine', 'busybox', 'centos', 'debian', 'fedora', 'golang', 'httpd', 'memcached', 'mongo', 'mysql'],
  ...['nginx', 'node', 'php', 'postgres', 'python', 'redis', 'ruby', 'rust', 'scratch', 'ubuntu'],
]

/** The plan of a build. Throws PlanError for what the file or the request has wrong, else what `deps` throw. */
export async function planBuild(
  dockerfile: Dockerfile,
  request: BuildRequest,
  deps: PlanDeps,
): Promise<BuildPlan> {
  const wrong = dockerfile.problems.find(({ severity }) => severity === 'error')
  if (wrong) throw new PlanError(wrong.message, wrong.range, wrong)
  const known = new Known()
  const buildPlatform = deps.buildPlatform ?? hostPlatform()
  for (;;) {
    const planned = plan({ dockerfile, request, buildPlatform, known })
    if (planned) return { ...planned, warnings: checkedWarnings(dockerfile, planned.warnings) }
    const missing = known.takeMissing()
    await Promise.all(missing.map((need) => lookUp(need, known, dockerfile, request, deps)))
  }
}

async function lookUp(
  need: Need,
  known: Known,
  dockerfile: Dockerfile,
  request: BuildRequest,
  deps: PlanDeps,
): Promise<void> {
  switch (need.kind) {
    case 'image':
      known.learnImage(need, await resolveImage(need, dockerfile, deps))
      return
    case 'commit':
      known.learnCommit(need, await resolveCommit(need, deps))
      return
    case 'ignore':
      known.learnIgnore(need, await ignorePatterns(need.context, request))
  }
}

async function resolveImage(
  { reference, platform, written, range }: Need & { readonly kind: 'image' },
  { stages }: Dockerfile,
  deps: PlanDeps,
): Promise<ResolvedImage> {
  try {
    return await deps.resolveImage(reference, platform)
  } catch (cause) {
    if (isEngineError(cause, 'cancelled')) throw cause
    const near = suggest(written, [...stages.flatMap(({ name }) => name ?? []), ...COMMON_IMAGES])
    const message = `${written}: ${(cause as Error).message}`
    throw new PlanError(message, range, { cause, suggestion: near === written ? null : near })
  }
}

async function resolveCommit(
  { remote, ref, range }: Need & { readonly kind: 'commit' },
  deps: PlanDeps,
): Promise<string> {
  try {
    return await deps.resolveCommit(remote, ref)
  } catch (cause) {
    if (range === null || isEngineError(cause, 'cancelled')) throw cause
    throw new PlanError((cause as Error).message, range, { cause })
  }
}

/** A context's ignore file; the Dockerfile's own stands beside the Dockerfile, wherever that is. */
async function ignorePatterns(
  name: string,
  { context, namedContexts, dockerfile }: BuildRequest,
): Promise<readonly string[]> {
  const source = name === MAIN ? context : namedContexts.get(name)
  const read = readerOf(source)
  if (name !== MAIN) return (await findIgnoreFile(read, null)).patterns
  const isGiven = dockerfile.text !== null && dockerfile.from === null
  const beside = dockerfile.from === null ? read : readerOf(dockerfile.from)
  const own = `${dockerfile.path}.dockerignore`
  const either = (path: string) => (path === own ? beside(path) : read(path))
  return (await findIgnoreFile(either, isGiven ? null : dockerfile.path)).patterns
}

function readerOf(source: ContextSource | undefined): (path: string) => Promise<Buffer | null> {
  return source?.kind === 'files' ? (path) => source.provider.read(path) : async () => null
}
