/** What a step is made of, in words: what an explanation compares. Never a secret, only its name. */
import { createHash } from 'node:crypto'
import type { CopyOperation, ExecOperation, Operation, RunMount, Step } from '../plan/step.ts'
import { withoutPassword } from '../plan/without-password.ts'
import type { Fact } from './performer.ts'

/** Longer values are shown by their digest. */
const LONGEST = 200
/** So much of a file's digest tells two apart, and 20,000 files fit in a record. */
const SHORT_DIGEST = 'sha256:'.length + 16

/** Names that `explain` gives words of its own. */
export const BASE = 'base'
export const COMMAND = 'command'
export const INPUT = 'input '

/** Facts of a step's own instruction. */
export function ownFacts(operation: Operation): readonly Fact[] {
  switch (operation.kind) {
    case 'image':
      return [{ name: BASE, value: operation.digest }]
    case 'exec':
      return execFacts(operation)
    case 'copy':
      return copyFacts(operation)
    case 'git':
      return [{ name: `${withoutPassword(operation.remote)}#${operation.ref}`, value: operation.commit }]
    case 'http':
      return [fact('address', operation.url)]
    case 'mkdir':
      return [fact('WORKDIR', operation.path), fact('USER', operation.user)]
    case 'context':
    case 'merge':
      return []
  }
}

/** All facts of a step: its own, those of its content, and what it stands on. `chains` as `CacheRecord.inputs`. */
export function factsOf(
  step: Step,
  content: readonly Fact[] | null,
  chains: readonly (string | null)[],
  bases: readonly (string | null)[],
): readonly Fact[] {
  const inputs = chains.flatMap((chain, index): Fact[] => {
    const base = bases[index]
    if (base) return [{ name: index === rootOf(step.operation) ? BASE : `image ${index}`, value: base }]
    return chain === null ? [] : [{ name: `${INPUT}${index}`, value: chain }]
  })
  const files = (content ?? []).map(({ name, value }) => ({
    name,
    value: value.startsWith('sha256:') ? value.slice(0, SHORT_DIGEST) : value,
  }))
  return [...ownFacts(step.operation), ...files, ...inputs]
}

function rootOf(operation: Operation): number | null {
  return 'root' in operation ? operation.root : 0
}

function execFacts({ args, env, cwd, user, mounts, network, security, argNames }: ExecOperation): Fact[] {
  const names = new Set(argNames)
  return [
    fact(COMMAND, args.join(' ')),
    ...env.map((line) => {
      const name = line.slice(0, line.indexOf('='))
      return fact(`${names.has(name) ? 'ARG' : 'ENV'} ${name}`, line.slice(name.length + 1))
    }),
    fact('WORKDIR', cwd),
    fact('USER', user),
    ...mounts.map((mount) => fact(`mount ${placeOf(mount)}`, JSON.stringify(mount))),
    fact('--network', typeof network === 'string' ? network : network.named),
    fact('--security', security),
  ]
}

function placeOf(mount: RunMount): string {
  return mount.target ?? (mount.type === 'secret' ? `secret ${mount.id}` : mount.type)
}

function copyFacts(operation: CopyOperation): Fact[] {
  const { destination, chown, chmod, exclude, parents, unpack, sources } = operation
  return [
    fact('destination', destination),
    fact('--chown', chown ?? ''),
    fact('--chmod', chmod ?? ''),
    fact('--exclude', exclude.join(' ')),
    fact('--parents', String(parents)),
    fact('unpacking', unpack),
    ...sources.flatMap((source) => (source.kind === 'inline' ? [fact(source.name, source.content)] : [])),
  ]
}

function fact(name: string, value: string): Fact {
  if (value.length <= LONGEST) return { name, value: withoutPassword(value) }
  return { name, value: `sha256:${createHash('sha256').update(value).digest('hex')}` }
}
