/** COPY and ADD: from the context, a stage, an image, a repository, an address, or the Dockerfile itself. */
import { IgnoreRules } from '../../context/ignore.ts'
import { hasWildcard } from '../../context/wildcards.ts'
import { isDigest } from '../../oci/digest.ts'
import type { AddInstruction, CopyInstruction, Heredoc, Word } from '../parse/tree.ts'
import { type GitAddress, parseGitAddress } from './git-address.ts'
import { emptyStep } from './mounts.ts'
import { destinationPath, pivotedPath, sourcePath } from './paths.ts'
import { type Input, originOf, type PlanContext, placeOf, Unknown, type Work } from './plan-context.ts'
import { PlanError } from './plan-error.ts'
import type { CopyOperation, CopySource, StepId, UnpackRule } from './step.ts'
import { withoutPassword, withoutPasswords } from './without-password.ts'

type Instruction = CopyInstruction | AddInstruction

export function planCopy(plan: PlanContext, work: Work, instruction: Instruction): void {
  const { state, names } = work
  const text = (word: Word) => plan.expander.word(word, state)
  const flags = {
    chown: instruction.chown === null ? null : text(instruction.chown) || null,
    chmod: instruction.chmod === null ? null : checkedMode(text(instruction.chmod), instruction, work),
    exclude: instruction.exclude.map(text),
    parents: instruction.kind === 'copy' && instruction.parents,
  }
  const name = names.next(shownText(plan, work, instruction), work.trigger !== null)
  const { sources, inputs, shown } = planSources(plan, work, instruction, name)
  const destination = text(instruction.destination)
  const operation: CopyOperation = {
    kind: 'copy',
    root: null,
    sources,
    destination: destinationPath(state.workdir, destination),
    unpack: unpackRule(instruction),
    ...flags,
  }
  const step = { name, origin: originOf(work, instruction), fresh: state.fresh }
  const base = state.step
  if (base === null) state.advance(plan.graph.add({ ...step, operation, inputs }))
  else if (instruction.link) {
    const copied = plan.graph.add({ ...step, operation, inputs })
    const merge = { ...step, name: name.replace(/(?<=\] )/, 'LINK '), operation: { kind: 'merge' } as const }
    state.advance(plan.graph.add({ ...merge, inputs: [base, copied] }))
  } else {
    const moved = sources.map((source) =>
      source.kind === 'path' ? { ...source, input: source.input + 1 } : source,
    )
    const onBase = { ...operation, root: 0, sources: moved }
    state.advance(plan.graph.add({ ...step, operation: onBase, inputs: [base, ...inputs] }))
  }
  const words = [
    instruction.kind.toUpperCase(),
    ...(flags.parents ? ['--parents'] : []),
    ...(flags.chown === null ? [] : [`--chown=${flags.chown}`]),
    ...(flags.chmod === null ? [] : [`--chmod=${flags.chmod}`]),
    ...shown,
    destination,
  ]
  state.record(`${words.join(' ')} # buildkit`, state.step)
}

interface Sources {
  readonly sources: readonly CopySource[]
  readonly inputs: readonly StepId[]
  /** Their words for the history: heredocs stand last there. */
  readonly shown: readonly string[]
}

function planSources(plan: PlanContext, work: Work, instruction: Instruction, name: string): Sources {
  const inputs: StepId[] = []
  const sources: CopySource[] = []
  const paths: string[] = []
  const heredocs: string[] = []
  const take = (step: StepId) => (inputs.includes(step) ? inputs.indexOf(step) : inputs.push(step) - 1)
  for (const source of instruction.sources) {
    if (source.kind === 'heredoc') {
      sources.push(inline(plan, work, source.heredoc))
      heredocs.push(`<<${source.heredoc.name}`)
      continue
    }
    const path = plan.expander.word(source.word, work.state)
    paths.push(path)
    const remote = remoteSource(plan, work, instruction, path, name)
    if (remote) {
      sources.push({ kind: 'path', input: take(remote.step), path: remote.path, origin: remote.origin })
      continue
    }
    const input = inputOf(plan, work, instruction)
    const below = flagsParents(instruction) ? pivotedPath(path) : sourcePath(path)
    if (input?.isContext) {
      plan.graph.want(input.step, below.replace('/./', '/'))
      warnOfIgnored(plan, work, instruction, below)
    }
    const step = input?.step ?? emptyStep(plan)
    sources.push({ kind: 'path', input: take(step), path: below, origin: input?.origin ?? 'stage' })
  }
  return { sources, inputs, shown: [...paths, ...heredocs] }
}

function inputOf(plan: PlanContext, work: Work, instruction: Instruction): Input | null {
  if (instruction.kind === 'add' || instruction.from === null)
    return plan.mainContext(placeOf(work, instruction.range))
  if (instruction.from.text.includes('$'))
    throw new PlanError(
      'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
      placeOf(work, instruction.from.range),
    )
  return plan.named(instruction.from, work)
}

interface Remote {
  readonly step: StepId
  readonly path: string
  readonly origin: 'git' | 'remote-file'
}

/** A repository or an address of the web; null for a path. */
function remoteSource(
  plan: PlanContext,
  work: Work,
  instruction: Instruction,
  path: string,
  name: string,
): Remote | null {
  const range = placeOf(work, instruction.range)
  const git = parseGitAddress(path)
  const isWeb = /^https?:\/\//.test(path)
  const checksum = checksumOf(plan, work, instruction, git !== null || isWeb)
  if (git === null && !isWeb) return null
  if (instruction.kind === 'copy')
    throw new PlanError(`source can't be a ${git ? 'git ref' : 'URL'} for COPY`, range, { suggestion: 'ADD' })
  if (git) {
    const keepGitDir = instruction.keepGitDir ?? git.keepGitDir ?? false
    if (git.keepGitDir !== null && instruction.keepGitDir !== null && git.keepGitDir !== keepGitDir)
      throw new PlanError('inconsistent keep-git-dir configuration', range)
    const step = gitStep(plan, { ...git, keepGitDir, checksum: checksum ?? git.checksum }, name, work, range)
    return { step, path: '.', origin: 'git' }
  }
  if (checksum !== null && !isDigest(checksum))
    throw new PlanError(`invalid checksum digest format: ${checksum}`, range)
  const filename = fileName(path)
  const step = plan.graph.share(`http ${path} ${checksum}`, () => ({
    operation: { kind: 'http', url: path, filename, checksum: checksum === null ? null : checksum },
    inputs: [],
    name,
    origin: originOf(work, instruction),
    fresh: work.state.fresh,
  }))
  return { step, path: filename, origin: 'remote-file' }
}

function checksumOf(
  plan: PlanContext,
  work: Work,
  instruction: Instruction,
  isRemote: boolean,
): string | null {
  if (instruction.kind === 'copy' || instruction.checksum === null) return null
  const range = placeOf(work, instruction.checksum.range)
  if (instruction.sources.length !== 1)
    throw new PlanError("checksum can't be specified for multiple sources", range)
  if (!isRemote) throw new PlanError('checksum requires HTTP(S) or Git sources', range)
  return plan.expander.word(instruction.checksum, work.state)
}

/** The checkout of a repository, at the commit that its ref is at now. Throws `Unknown` until that is looked up. */
export function gitStep(
  plan: PlanContext,
  address: GitAddress & { readonly keepGitDir: boolean },
  name: string,
  work: Work | null,
  range: Work['trigger'],
): StepId {
  const { remote, ref, subdirectory, keepGitDir, submodules, checksum } = address
  const commit = plan.known.commit({ kind: 'commit', remote, ref, range })
  if (commit === null) throw new Unknown()
  if (checksum !== null && !commit.startsWith(checksum)) {
    const message = `expected checksum to match ${checksum}, got ${commit} for ${withoutPassword(remote)}#${ref}`
    throw new PlanError(message, range ?? { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } })
  }
  return plan.graph.share(`git ${remote} ${commit} ${subdirectory} ${keepGitDir} ${submodules}`, () => ({
    operation: { kind: 'git', remote, ref, commit, subdirectory, keepGitDir, submodules },
    inputs: [],
    name,
    origin: null,
    fresh: work?.state.fresh ?? false,
  }))
}

function fileName(url: string): string {
  const base = URL.canParse(url)
    ? new URL(url).pathname.split('/').findLast((part) => part !== '')
    : undefined
  return base === undefined ? '__unnamed__' : decodeURIComponent(base)
}

function inline(plan: PlanContext, work: Work, { name, content, expand, range }: Heredoc): CopySource {
  const word = { text: content, range }
  // Its content is no word: quotes are what they are.
  const options = { quotes: 'ignore', escape: '\\' } as const
  const text = expand ? plan.expander.word(word, work.state, options) : content
  return { kind: 'inline', name, content: text, mode: 0o644 }
}

function unpackRule(instruction: Instruction): UnpackRule {
  if (instruction.kind === 'copy') return 'never'
  if (instruction.unpack === null) return 'local-archives'
  return instruction.unpack ? 'always' : 'never'
}

function flagsParents(instruction: Instruction): boolean {
  return instruction.kind === 'copy' && instruction.parents
}

function checkedMode(text: string, { chmod, range }: Instruction, work: Work): string {
  const symbolic = /^[ugoa]*(?:[-+=][rwxXstugo]*)+(?:,[ugoa]*(?:[-+=][rwxXstugo]*)+)*$/
  if (/^[0-7]{1,5}$/.test(text) && Number.parseInt(text, 8) <= 0o7777) return text
  if (!/^\d/.test(text) && symbolic.test(text)) return text
  throw new PlanError(
    `invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`,
    placeOf(work, chmod?.range ?? range),
  )
}

/** Its words as progress shows them. */
function shownText(plan: PlanContext, { state }: Work, { text }: Instruction): string {
  return withoutPasswords(plan.expander.text(text, (name) => state.env.get(name), {}))
}

/** The rule CopyIgnoredFile: with exceptions it cannot be judged, and a folder that holds all is no path. */
function warnOfIgnored(plan: PlanContext, work: Work, instruction: Instruction, path: string): void {
  if (instruction.kind === 'copy' && instruction.from !== null) return
  const patterns = plan.known.ignore('context') ?? []
  if (patterns.some((pattern) => pattern.startsWith('!'))) return
  const isRoot = path === '.'
  if (isRoot ? !patterns.some((pattern) => ['*', '**', '**/*'].includes(pattern)) : hasWildcard(path)) return
  if (!isRoot && !new IgnoreRules(patterns).excludes(path)) return
  const verb = instruction.kind === 'copy' ? 'Copy' : 'Add'
  const message = `Attempting to ${verb} file "${path}" that is excluded by .dockerignore`
  plan.warn({ rule: 'CopyIgnoredFile', message, range: placeOf(work, instruction.range) })
}
