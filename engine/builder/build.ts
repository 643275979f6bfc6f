/** A build from end to end: read the Dockerfile, plan, solve, export. */
import { EngineError } from '../errors.ts'
import type { Registry } from '../registry/registry.ts'
import { checkCacheTargets, exportCaches, importCaches, inlineCache } from './build-caches.ts'
import { exportTarget } from './export/export.ts'
import type { ExportParts } from './export/target.ts'
import { OwnSteps } from './own-steps.ts'
import { parseDockerfile } from './parse/parse.ts'
import { problemText } from './parse/problem.ts'
import type { Dockerfile, Problem } from './parse/tree.ts'
import { keepsGitDir } from './plan/contexts.ts'
import { type PlanDeps, planBuild } from './plan/plan-build.ts'
import { PlanError } from './plan/plan-error.ts'
import type { BuildPlan } from './plan/step.ts'
import { withoutPassword } from './plan/without-password.ts'
import { remarksOf } from './remarks.ts'
import { fetchContext } from './remote-context.ts'
import type { BuildRequest, ContextSource } from './request.ts'
import type { Performer } from './solve/performer.ts'
import type { BuildEvent, BuildFailure, BuildResult } from './solve/progress.ts'
import { type Solver, StepFailed } from './solve/solver.ts'
import { layersOf, madeAt } from './target-layers.ts'

/** What a build is done with. */
export interface BuildParts {
  readonly solver: Solver
  /** For a request whose contexts are files: those that were named by an address have come by then. */
  readonly performer: (request: BuildRequest) => Performer
  readonly exporting: ExportParts
  /** Where caches of elsewhere are. */
  readonly registry: Registry
  readonly lookUp: Pick<PlanDeps, 'resolveImage' | 'resolveCommit'>
  /** A folder of the build's own. */
  readonly scratch: string
  readonly rootless: boolean
  readonly emit: (event: BuildEvent) => void
  readonly signal: AbortSignal
  readonly now: () => number
}

/** Never rejects: how it ended is its last event. Resolves when nothing of it is left. */
export async function runBuild(request: BuildRequest, parts: BuildParts): Promise<void> {
  const problems: Problem[] = []
  const drains: Promise<void>[] = []
  const { emit, now, signal } = parts
  try {
    const result = await build(request, parts, problems, drains)
    emit({ kind: 'result', at: now(), result })
  } catch (error) {
    emit({ kind: 'failed', at: now(), failure: failureOf(error, problems, signal.aborted) })
  }
  // A step that another build waits for is still at work with this one's files.
  await Promise.all(drains)
  await closeContexts(request)
}

async function build(
  asked: BuildRequest,
  parts: BuildParts,
  problems: Problem[],
  drains: Promise<void>[],
): Promise<BuildResult> {
  const { solver, exporting, emit, signal, now } = parts
  const own = new OwnSteps(emit, now)
  const warn = (problem: Problem) => {
    problems.push(problem)
    emit({ kind: 'warning', at: now(), problem })
  }
  checkCacheTargets(asked, parts.registry)
  const request = await withFiles(asked, parts, own)
  const dockerfile = await readDockerfile(request, parts, own, warn)
  const plan = await makePlan(dockerfile, request, parts, own)
  const found = plan.warnings.map(({ rule, message, range }): Problem => {
    return { severity: 'warning', rule, message, range: range ?? NOWHERE, suggestion: null }
  })
  const remarks = remarksOf(dockerfile, found)
  for (const remark of remarks) if (remark.severity === 'warning') warn(remark)
  throwErrors(remarks)
  own.join(plan.steps.map(({ id, name, inputs, origin }) => ({ id, name, inputs, origin })))
  const performer = parts.performer(request)
  const elsewhere = { ...exporting, registry: parts.registry, signal }
  const imported = await importCaches(request, elsewhere, own)
  const cache = imported?.cache(solver.cache) ?? solver.cache
  const { done, drained } = solver.solve({
    ...{ plan, emit, signal, cache, performer: imported?.performer(performer) ?? performer },
    dockerfile: JSON.stringify([request.place || request.title, request.dockerfile.path]),
    surroundings: request.extraHosts,
  })
  drains.push(drained)
  const solved = await done
  // Now all that it made is durable and remembered.
  await drained
  const inputs = plan.image.step === null ? [] : [plan.image.step]
  const name = request.outputs.some(({ kind }) => kind !== 'files' && kind !== 'none')
    ? 'exporting to image'
    : 'exporting to client'
  const result = await own.run({ id: 'export', name, inputs }, signal, async (io) => {
    if (solved.value?.kind === 'image' && request.outputs.some(({ kind }) => kind !== 'none')) {
      await solved.value.fetch()
    }
    const target = { image: plan.image, layersOf: layersOf(plan, solved), madeAt: madeAt(solved, now()) }
    const extra = inlineCache(request, plan, solved, cache)
    return exportTarget(exporting, target, { ...request, extra }, io)
  })
  await exportCaches(request, { plan, solved, cache }, elsewhere, own)
  return result
}

const NOWHERE = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } }

async function readDockerfile(
  request: BuildRequest,
  parts: BuildParts,
  own: OwnSteps,
  warn: (problem: Problem) => void,
): Promise<Dockerfile> {
  const { path, text: given, from } = request.dockerfile
  const name = `[internal] load build definition from ${path.split('/').at(-1) || 'Dockerfile'}`
  const text = await own.run({ id: 'definition', name }, parts.signal, async (io) => {
    if (given !== null) return given
    const bytes = await readSource(from ?? request.context, path)
    if (bytes === null) {
      throw new EngineError('invalid', `failed to read dockerfile: open ${path}: no such file or directory`)
    }
    io.status('transferring dockerfile', bytes.length, bytes.length, true)
    return bytes.toString('utf8')
  })
  parts.emit({ kind: 'dockerfile', at: parts.now(), path, text })
  const dockerfile = parseDockerfile(text, request.args.get('BUILDKIT_DOCKERFILE_CHECK') ?? null)
  for (const problem of dockerfile.problems) if (problem.severity === 'warning') warn(problem)
  throwErrors(dockerfile.problems)
  return dockerfile
}

function throwErrors(problems: readonly Problem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new BrokenDockerfile(errors)
}

function makePlan(
  dockerfile: Dockerfile,
  request: BuildRequest,
  { lookUp, signal }: BuildParts,
  own: OwnSteps,
): Promise<BuildPlan> {
  let count = 0
  return planBuild(dockerfile, request, {
    resolveImage: (reference, platform) =>
      own.run({ id: `metadata${count++}`, name: `[internal] load metadata for ${reference}` }, signal, () =>
        lookUp.resolveImage(reference, platform),
      ),
    resolveCommit: (remote, ref) =>
      own.run(
        { id: `commit${count++}`, name: `[internal] look up ${withoutPassword(remote)}#${ref}` },
        signal,
        () => lookUp.resolveCommit(remote, ref),
      ),
  })
}

/** A file of a context; null when it is not there. */
async function readSource(source: ContextSource, path: string): Promise<Buffer | null> {
  return source.kind === 'files' ? source.provider.read(path) : null
}

/** The request with files in the place of what was named by an address, or with the Dockerfile that was there alone. */
async function withFiles(request: BuildRequest, parts: BuildParts, own: OwnSteps): Promise<BuildRequest> {
  const { lookUp, signal } = parts
  const keepGitDir = keepsGitDir(request)
  const fetch = (source: ContextSource & { readonly kind: 'git' | 'http' }) => {
    const address = source.kind === 'git' ? source.address : source.url
    const name = `[internal] load remote build context ${withoutPassword(address)}`
    return own.run({ id: `remote-${source.kind}`, name }, signal, (io) =>
      fetchContext(
        source,
        { ...parts, performer: parts.performer(request), resolveCommit: lookUp.resolveCommit, keepGitDir },
        io,
      ),
    )
  }
  const { context, dockerfile } = request
  if (dockerfile.from?.kind === 'git' || dockerfile.from?.kind === 'http') {
    const found = await fetch(dockerfile.from)
    const place = found.kind === 'files' ? { from: found.source } : { from: null, text: found.text }
    return withFiles({ ...request, dockerfile: { ...dockerfile, ...place } }, parts, own)
  }
  if (context.kind !== 'git' && context.kind !== 'http') return request
  const found = await fetch(context)
  if (found.kind === 'files') return { ...request, context: found.source }
  return { ...request, context: { kind: 'empty' }, dockerfile: { ...dockerfile, text: found.text } }
}

async function closeContexts({ context, namedContexts, dockerfile }: BuildRequest): Promise<void> {
  const sources = new Set([context, ...namedContexts.values(), ...(dockerfile.from ? [dockerfile.from] : [])])
  const providers = new Set(
    [...sources].flatMap((source) => (source.kind === 'files' ? [source.provider] : [])),
  )
  await Promise.allSettled([...providers].map((provider) => provider.close()))
}

/** Its errors, all of them. */
class BrokenDockerfile extends EngineError {
  readonly errors: readonly Problem[]

  constructor(errors: readonly Problem[]) {
    super('invalid', errors[0] ? problemText(errors[0]) : 'the Dockerfile is broken')
    this.errors = errors
  }
}

function failureOf(error: unknown, warnings: readonly Problem[], cancelled: boolean): BuildFailure {
  const message = error instanceof Error ? error.message : String(error)
  if (cancelled) {
    return {
      kind: 'cancelled',
      message: 'the build was cancelled',
      origin: null,
      step: null,
      problems: warnings,
    }
  }
  if (error instanceof StepFailed) {
    const { id, name, origin } = error.step
    const text = `failed to solve: ${origin?.text ?? name}: ${message}`
    return { kind: 'failed', message: text, origin, step: id, problems: warnings }
  }
  const errors =
    error instanceof BrokenDockerfile ? error.errors : error instanceof PlanError ? [error.problem] : []
  return { kind: 'failed', message, origin: null, step: null, problems: [...errors, ...warnings] }
}
