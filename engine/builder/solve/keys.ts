/**
 * Names of results. A definition key says what is to be done to what; it is known before anything is done, unless
 * files of whoever builds are in it. A content key says what an operation is done to as it turned out.
 */
import { createHash } from 'node:crypto'
import type { Digest } from '../../oci/descriptor.ts'
import type { Operation } from '../plan/step.ts'
import type { Fact } from './performer.ts'

/** Raised when the same key would mean another result than before. */
const FORMAT = 1

/** Of a list of layers, bottom first. */
export function chainOf(diffIds: readonly Digest[]): string {
  return hash(['layers', ...diffIds])
}

/**
 * Of an operation on inputs of these keys; null where an input has none, and for what only its content can tell.
 * `surroundings` is what decides a command's result without being a part of its instruction.
 */
export function definitionKey(
  operation: Operation,
  inputs: readonly (string | null)[],
  surroundings: readonly string[],
): string | null {
  switch (operation.kind) {
    case 'context':
      return null
    case 'http':
      // Without a checksum the same address may give something else the next time.
      return operation.checksum === null ? null : hash(['definition', operation])
    case 'image':
      return hash(['definition', 'image', operation.digest, operation.platform])
    case 'git':
      return hash(['definition', operation])
    default:
      if (inputs.includes(null)) return null
      return hash(['definition', withoutNames(operation), inputs, around(operation, surroundings)])
  }
}

/** What an input turned out to be: `chainOf` its layers, or a digest of its files; null where the facts say it. */
export type InputContent = string | null

/** Of an operation on these contents. `facts` null means that the inputs say everything. */
export function contentKey(
  operation: Operation,
  inputs: readonly InputContent[],
  facts: readonly Fact[] | null,
  surroundings: readonly string[],
): string {
  const told = facts?.map(({ name, value, as }) =>
    as === undefined ? ['name', name, value] : ['as', as, value],
  )
  const what = told && operation.kind === 'copy' ? withoutSources(operation) : withoutNames(operation)
  return hash(['content', what, inputs, told ?? null, around(operation, surroundings)])
}

/** What explains a key but is no part of it. */
function withoutNames(operation: Operation): object {
  if (operation.kind !== 'exec') return operation
  const { argNames: _, proxyEnv: __, ...rest } = operation
  return rest
}

/** Where files came from is told by the facts; what stands in the Dockerfile itself stays. */
function withoutSources(operation: Operation & { readonly kind: 'copy' }): object {
  const sources = operation.sources.map((source) => (source.kind === 'inline' ? source : { kind: 'path' }))
  return { ...operation, sources }
}

function around({ kind }: Operation, surroundings: readonly string[]): readonly string[] {
  return kind === 'exec' ? surroundings : []
}

function hash(value: unknown): string {
  return createHash('sha256').update(`${FORMAT}\n`).update(stable(value)).digest('hex')
}

/** JSON with the fields of objects in one order. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
