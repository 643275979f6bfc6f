/** What of a step's inputs decides its result. */
import type { Step } from '../plan/step.ts'
import { chainOf, type InputContent } from './keys.ts'
import type { Fact } from './performer.ts'
import type { Value } from './value.ts'

/** What a RUN's bind mounts show of folders outside the store; null when they show none. */
export async function boundFacts(
  { operation }: Step,
  inputs: readonly Value[],
): Promise<readonly Fact[] | null> {
  if (operation.kind !== 'exec') return null
  const facts: Fact[] = []
  for (const mount of operation.mounts) {
    if (mount.type !== 'bind' && mount.type !== 'cache') continue
    const from = mount.type === 'bind' ? mount : mount.from
    const value = from && inputs[from.input]
    if (!from || value?.kind !== 'folder') continue
    const path = from.source.replace(/^\/+|\/+$/g, '')
    const digest = await value.folder.digest(path === '.' ? '' : path)
    facts.push({ name: path || '.', value: digest ?? 'nothing', as: mount.target })
  }
  return facts.length > 0 ? facts : null
}

/** What the facts already say of an input is not said again. */
export async function contentOf(
  { operation }: Step,
  value: Value,
  place: number,
  facts: readonly Fact[] | null,
): Promise<InputContent> {
  const told =
    facts !== null && (value.kind === 'folder' || (operation.kind === 'copy' && operation.root !== place))
  if (told) return null
  return value.kind === 'folder' ? await value.folder.digest('') : chainOf(value.diffIds)
}
