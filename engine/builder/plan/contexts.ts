/** Contexts as steps: files of whoever asks, a repository, an archive of the web, an image. */
import type { Range } from '../parse/tree.ts'
import type { BuildRequest, ContextSource } from '../request.ts'
import { gitStep } from './copy.ts'
import { parseGitAddress } from './git-address.ts'
import { imageStep } from './image-step.ts'
import { emptyStep } from './mounts.ts'
import { type Input, type PlanContext, Unknown } from './plan-context.ts'
import { PlanError } from './plan-error.ts'
import type { CopyOperation } from './step.ts'
import { withoutPassword } from './without-password.ts'

/** The name of the context that every build has. */
export const MAIN = 'context'

/** The context `name` as what an instruction reads of. Throws `Unknown` until what it needs is known. */
export function contextInput(plan: PlanContext, name: string, source: ContextSource, range: Range): Input {
  switch (source.kind) {
    case 'files': {
      const ignore = plan.known.ignore(name)
      if (ignore === null) throw new Unknown()
      const step = plan.graph.share(`context ${name}`, () => ({
        operation: { kind: 'context', name, ignore, wanted: null },
        inputs: [],
        name: name === MAIN ? '[internal] load build context' : `[context ${name}] load from client`,
        origin: null,
        fresh: false,
      }))
      return { step, origin: 'local', isContext: true }
    }
    case 'empty':
      return { step: emptyStep(plan), origin: 'local', isContext: false }
    case 'git': {
      const address = parseGitAddress(source.address, { context: true })
      if (address === null) {
        const shown = withoutPassword(source.address)
        throw new PlanError(`${shown} is no address of a git repository`, range)
      }
      const keepGitDir = address.keepGitDir ?? keepsGitDir(plan.request)
      const shown = name === MAIN ? '[internal]' : `[context ${name}]`
      const step = gitStep(
        plan,
        { ...address, keepGitDir },
        `${shown} load git source ${withoutPassword(source.address)}`,
        null,
        range,
      )
      return { step, origin: 'local', isContext: false }
    }
    case 'http':
      return { step: archiveStep(plan, name, source.url), origin: 'local', isContext: false }
    case 'image': {
      const image = { written: source.reference, platform: plan.targetPlatform, range }
      return {
        step: imageStep(plan, image, (full) => `[context ${name}] ${full}`),
        origin: 'stage',
        isContext: false,
      }
    }
  }
}

/** The files of an archive of the web. */
function archiveStep(plan: PlanContext, name: string, url: string): Input['step'] {
  const label =
    name === MAIN ? '[internal] load remote build context' : `[context ${name}] ${withoutPassword(url)}`
  const download = plan.graph.share(`http context ${url}`, () => ({
    operation: { kind: 'http', url, filename: 'context', checksum: null },
    inputs: [],
    name: label,
    origin: null,
    fresh: false,
  }))
  return plan.graph.share(`unpacked ${url}`, () => ({
    operation: { ...wholeCopy('remote-file', 'context'), unpack: 'always' },
    inputs: [download],
    name: `${label}: unpack`,
    origin: null,
    fresh: false,
  }))
}

/** A copy of all that input 0 has at `path`, on an empty root. */
export function wholeCopy(origin: 'local' | 'remote-file', path: string): CopyOperation {
  return {
    kind: 'copy',
    root: null,
    sources: [{ kind: 'path', input: 0, path, origin }],
    destination: '/',
    chown: null,
    chmod: null,
    exclude: [],
    parents: false,
    unpack: 'never',
  }
}

/** Whether the folder .git of a context is wanted: an argument of BuildKit's own. */
export function keepsGitDir({ args }: Pick<BuildRequest, 'args'>): boolean {
  return /^(?:1|t|true)$/i.test(args.get('BUILDKIT_CONTEXT_KEEP_GIT_DIR') ?? '')
}
