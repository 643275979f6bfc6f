/** For tests: a plan of a Dockerfile written in the test, in a world of images that are made up. */
import { createHash } from 'node:crypto'
import { EngineError } from '../../errors.ts'
import type { Digest } from '../../oci/descriptor.ts'
import type { ImageConfig, ImageRunConfig } from '../../oci/image-config.ts'
import { parseDockerfile } from '../parse/parse.ts'
import { plainRequest } from '../plain-request.ts'
import type { BuildRequest, ContextProvider } from '../request.ts'
import { planBuild } from './plan-build.ts'
import { PlanError } from './plan-error.ts'
import { printOperation } from './print.ts'
import type { BuildPlan } from './step.ts'

/** What a case may change. */
export interface Case {
  readonly request?: Partial<BuildRequest>
  /** Files of the context. */
  readonly files?: Readonly<Record<string, string>>
  /** Images by their full names; the others are as `image()` makes them. Null is one that is not there. */
  readonly images?: Readonly<Record<string, ImageRunConfig | null>>
  /** Told of each lookup. */
  readonly asked?: (what: string) => void
}

/** The plan of `dockerfile`. */
export async function planOf(dockerfile: string, given: Case = {}): Promise<BuildPlan> {
  const { images = {}, asked } = given
  return await planBuild(parseDockerfile(dockerfile), requestOf(given), {
    buildPlatform: { os: 'linux', architecture: 'amd64' },
    resolveImage: async (reference, platform) => {
      asked?.(`${reference} ${platform.architecture}`)
      const config = images[reference]
      if (config === null) throw new EngineError('not-found', `${reference} does not exist`)
      return { digest: digestOf(reference), config: imageOf(config ?? {}, platform.architecture) }
    },
    resolveCommit: async (remote, ref) => {
      asked?.(`${remote}#${ref}`)
      if (ref === 'none') throw new EngineError('not-found', `${remote} has no ref none`)
      return 'c'.repeat(40)
    },
  })
}

export function digestOf(text: string): Digest {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

/** A context of these files. */
export function filesOf(files: Readonly<Record<string, string>>): ContextProvider {
  return {
    read: async (path) => (files[path] === undefined ? null : Buffer.from(files[path])),
    open: () => Promise.reject(new Error('a plan opens no context')),
    close: async () => {},
  }
}

function imageOf(config: ImageRunConfig, architecture: string): ImageConfig {
  return {
    architecture,
    os: 'linux',
    config: { Env: ['PATH=/bin'], ...config },
    rootfs: { type: 'layers', diff_ids: [digestOf('layer')] },
    history: [{ created_by: 'base' }],
  }
}

/** A request that asks for nothing but what the case says. */
export function requestOf({ request = {}, files = {} }: Case): BuildRequest {
  return {
    ...plainRequest('b1'),
    context: { kind: 'files', provider: filesOf(files) },
    ...request,
  }
}

/** What the steps of `dockerfile` do, a line each, without those that only have an image or a context. */
export async function operationsOf(dockerfile: string, given: Case = {}): Promise<string[]> {
  const { steps } = await planOf(dockerfile, given)
  return steps
    .filter(({ operation }) => operation.kind !== 'image' && operation.kind !== 'context')
    .map(({ operation }) => printOperation(operation))
}

/** The history of the target's image, as `docker history` shows it. */
export async function historyOf(dockerfile: string, given: Case = {}): Promise<string[]> {
  const { image } = await planOf(dockerfile, given)
  return image.history.map(({ createdBy }) => createdBy)
}

/** How a container of the target's image runs. */
export async function configOf(dockerfile: string, given: Case = {}): Promise<ImageRunConfig> {
  const { image } = await planOf(dockerfile, given)
  const { Env: _, ArgsEscaped: __, ...config } = image.config.config ?? {}
  return config
}

/** The warnings, each with its line. */
export async function warningsOf(dockerfile: string, given: Case = {}): Promise<string[]> {
  const { warnings } = await planOf(dockerfile, given)
  return warnings.map(({ rule, message, range }) => `${range?.start.line ?? '-'} ${rule}: ${message}`)
}

/** How a plan fails: line, column and message. */
export async function failureOf(dockerfile: string, given: Case = {}): Promise<string> {
  try {
    await planOf(dockerfile, given)
  } catch (error) {
    if (!(error instanceof PlanError)) throw error
    const { line, column } = error.problem.range.start
    return `${line}:${column} ${error.message}`
  }
  throw new Error('it was planned')
}
