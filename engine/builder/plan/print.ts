/** A plan as text: a line a step with what it reads, then the image. Tests assert it, and people can read it. */
import type { BuildPlan, CopyOperation, ExecOperation, Operation, RunMount, Step } from './step.ts'

/** The steps: `s2 [build 2/3] RUN make <- s1 | exec ...`. */
export function printSteps({ steps, image }: BuildPlan): string {
  return [...steps.map(printStep), `= ${image.step ?? 'nothing'}`].join('\n')
}

/** Steps, and everything that they do. */
export function printPlan(plan: BuildPlan): string {
  const { steps, image, warnings } = plan
  const config = Object.entries(image.config.config ?? {}).map(
    ([name, value]) => `  ${name}: ${JSON.stringify(value)}`,
  )
  return [
    ...steps.map((step) => `${printStep(step)}\n    ${printOperation(step.operation)}`),
    `= ${image.step ?? 'nothing'} ${image.platform.os}/${image.platform.architecture}`,
    ...config,
    ...image.history.map(({ step, createdBy }) => `  # ${createdBy}${step === null ? '' : ` (${step})`}`),
    ...warnings.map(({ rule, message, range }) => `! ${range?.start.line ?? '-'} ${rule}: ${message}`),
  ].join('\n')
}

function printStep({ id, name, inputs, fresh }: Step): string {
  const reads = inputs.length === 0 ? '' : ` <- ${inputs.join(' ')}`
  return `${id} ${name}${reads}${fresh ? ' fresh' : ''}`
}

/** What an operation does, in one line. */
export function printOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'image':
      return `image ${operation.reference}`
    case 'context': {
      const ignore = operation.ignore.length === 0 ? '' : ` without ${operation.ignore.join(' ')}`
      return `context ${operation.name}: ${operation.wanted?.join(' ') ?? 'all'}${ignore}`
    }
    case 'git': {
      const { remote, ref, commit, subdirectory, keepGitDir, submodules } = operation
      const flags = `${keepGitDir ? ' with .git' : ''}${submodules ? '' : ' without submodules'}`
      return `git ${remote}#${ref}${subdirectory && `:${subdirectory}`} at ${commit}${flags}`
    }
    case 'http':
      return `http ${operation.url} as ${operation.filename}${operation.checksum ? ` ${operation.checksum}` : ''}`
    case 'exec':
      return printExec(operation)
    case 'copy':
      return printCopy(operation)
    case 'mkdir':
      return `mkdir ${operation.path}${operation.user && ` for ${operation.user}`}`
    case 'merge':
      return 'merge'
  }
}

function printExec({ args, env, cwd, user, mounts, network, security }: ExecOperation): string {
  const variables = env.filter((line) => !line.startsWith('PATH='))
  return [
    `exec ${JSON.stringify(args)}`,
    cwd === '/' ? '' : `in ${cwd}`,
    user === '' ? '' : `as ${user}`,
    variables.length === 0 ? '' : `with ${variables.join(' ')}`,
    ...mounts.map((mount) => `[${printMount(mount)}]`),
    network === 'default' ? '' : `network=${typeof network === 'string' ? network : network.named}`,
    security === 'sandbox' ? '' : security,
  ]
    .filter((part) => part !== '')
    .join(' ')
}

function printMount(mount: RunMount): string {
  switch (mount.type) {
    case 'bind':
      return `bind ${mount.input}:${mount.source} on ${mount.target}${mount.readOnly ? '' : ' rw'}`
    case 'cache': {
      const from = mount.from === null ? '' : ` from ${mount.from.input}:${mount.from.source}`
      const owner = `${mount.uid}:${mount.gid} ${mount.mode.toString(8)}`
      return `cache ${mount.id} ${mount.sharing} on ${mount.target}${from} ${owner}${mount.readOnly ? ' ro' : ''}`
    }
    case 'tmpfs':
      return `tmpfs on ${mount.target}${mount.sizeBytes === null ? '' : ` of ${mount.sizeBytes}`}`
    case 'secret': {
      const places = [mount.target && `on ${mount.target}`, mount.env && `as $${mount.env}`].filter(Boolean)
      const owner = `${mount.uid}:${mount.gid} ${mount.mode.toString(8)}`
      return `secret ${mount.id} ${places.join(' ')} ${owner}${mount.required ? ' required' : ''}`
    }
    case 'ssh':
      return `ssh ${mount.id} on ${mount.target} ${mount.mode.toString(8)}${mount.required ? ' required' : ''}`
  }
}

function printCopy({ sources, destination, chown, chmod, exclude, parents, unpack }: CopyOperation): string {
  const from = sources.map((source) =>
    source.kind === 'inline'
      ? `${source.name}=${JSON.stringify(source.content)}`
      : `${source.input}:${source.path}(${source.origin})`,
  )
  return [
    `copy ${from.join(' ')} to ${destination}`,
    chown === null ? '' : `chown=${chown}`,
    chmod === null ? '' : `chmod=${chmod}`,
    exclude.length === 0 ? '' : `exclude=${exclude.join(',')}`,
    parents ? 'parents' : '',
    unpack === 'never' ? '' : `unpack=${unpack}`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}
