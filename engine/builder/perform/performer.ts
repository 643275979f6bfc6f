/** Does the operations of a plan: which file does which. */
import { assertNever, EngineError } from '../../errors.ts'
import type { Digest } from '../../oci/descriptor.ts'
import type { Step } from '../plan/step.ts'
import type { ContextSource } from '../request.ts'
import type { Fact, Performed, Performer, StepIo } from '../solve/performer.ts'
import type { Value } from '../solve/value.ts'
import { performGit } from './checkout.ts'
import { performCopy } from './copy.ts'
import { copyFacts } from './copy-facts.ts'
import { performHttp } from './download.ts'
import { performExec } from './exec.ts'
import { performMerge } from './merge.ts'
import { performMkdir } from './mkdir.ts'
import type { PerformerParts } from './parts.ts'

/** The main context's name in a plan. */
const MAIN = 'context'

/** The performer of one build. Its folders are the build's; closing its contexts is left to whoever opened them. */
export function openPerformer(parts: PerformerParts): Performer {
  return {
    contentFacts: (step, inputs) => contentFacts(parts, step, inputs),
    perform: (step, inputs, io) => perform(parts, step, inputs, io),
    settled: (diffIds) => parts.store.layersSettled(diffIds),
    has: async (diffIds: readonly Digest[]) => {
      for (const diffId of diffIds) if (!(await parts.store.hasLayer(diffId))) return false
      return true
    },
  }
}

async function contentFacts(
  parts: PerformerParts,
  { operation }: Step,
  inputs: readonly Value[],
): Promise<readonly Fact[] | null> {
  return operation.kind === 'copy' ? copyFacts(parts, operation, inputs) : null
}

async function perform(
  parts: PerformerParts,
  { operation }: Step,
  inputs: readonly Value[],
  io: StepIo,
): Promise<Performed> {
  switch (operation.kind) {
    case 'image': {
      const fetch = () => parts.fetchImage(operation, io)
      return { value: { kind: 'image', diffIds: operation.config.rootfs.diff_ids, fetch }, addedBytes: 0 }
    }
    case 'context': {
      const { name, ignore, wanted } = operation
      const { request } = parts
      const source = name === MAIN ? request.context : request.namedContexts.get(name)
      const provider = providerOf(source, name)
      const bytes = (current: number) => io.status('transferring context', current, 0, false)
      const folder = await provider.open({ ignore, wanted }, { signal: io.signal, bytes })
      return { value: { kind: 'folder', folder }, addedBytes: 0 }
    }
    case 'exec':
      return performExec(parts, operation, inputs, io)
    case 'copy':
      return performCopy(parts, operation, inputs, io)
    case 'mkdir':
      return performMkdir(parts, operation, inputs, io)
    case 'merge':
      return performMerge(inputs)
    case 'git':
      return performGit(parts, operation, io)
    case 'http':
      return performHttp(parts, operation, io)
    default:
      return assertNever(operation)
  }
}

function providerOf(source: ContextSource | undefined, name: string) {
  if (source?.kind !== 'files') throw new EngineError('internal', `the build has no files named ${name}`)
  return source.provider
}
