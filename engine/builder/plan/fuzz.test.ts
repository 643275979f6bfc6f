/** Files changed at random: each has a plan whose steps fit together, or an error at its place, and nothing else. */
import { describe, expect, test } from 'vitest'
import { EngineError } from '../../errors.ts'
import { mutations, SEEDS } from '../parse/seeds.ts'
import { planOf } from './plan-case.ts'
import { printPlan } from './print.ts'
import type { BuildPlan, Operation } from './step.ts'

const ROUNDS = 60

const PIECES = [
  ...['FROM alpine\n', 'FROM a AS b\n', 'FROM scratch\n', 'COPY --from=0 a b\n', 'COPY . .\n', 'ARG A=1\n'],
  ...['ENV A=$B\n', 'RUN --mount=type=cache,target=$A x\n', 'WORKDIR $A\n', 'ONBUILD RUN x\n', 'USER $A\n'],
  ...['ADD https://h/x.git#y /z\n', 'EXPOSE $A\n', 'VOLUME $A\n', '$', '${', '}', ' --link', '\n', '..', '/'],
]

/** Puts a piece in, or takes one out. */
function change(text: string, at: number, pick: (count: number) => number): string {
  if (pick(3) === 0) return text.slice(0, at) + text.slice(at + pick(20))
  return text.slice(0, at) + PIECES[pick(PIECES.length)] + text.slice(at)
}

describe.each(SEEDS)('a file of %s, changed', (_title, text) => {
  test('is planned, or an error says why not', async () => {
    for (const changed of mutations(text, ROUNDS, change)) {
      let plan: BuildPlan
      try {
        plan = await planOf(changed)
      } catch (error) {
        expect(error, `${changed}\n${(error as Error).stack}`).toBeInstanceOf(EngineError)
        expect((error as EngineError).kind, changed).toBe('invalid')
        continue
      }
      expect(faults(plan), `${changed}\n${printPlan(plan)}`).toEqual([])
    }
  })
})

/** What of a plan does not fit together. */
function faults({ steps, image }: BuildPlan): string[] {
  const places = new Map(steps.map(({ id }, index) => [id, index]))
  const found: string[] = []
  for (const [index, { id, inputs, operation }] of steps.entries()) {
    for (const input of inputs)
      if (!((places.get(input) ?? steps.length) < index)) found.push(`${id} reads ${input}`)
    for (const input of inputsOf(operation))
      if (inputs[input] === undefined) found.push(`${id} has no input ${input}`)
  }
  const named = [image.step, image.base?.step ?? null, ...image.history.map(({ step }) => step)]
  for (const step of named) if (step !== null && !places.has(step)) found.push(`the image has ${step}`)
  return found
}

function inputsOf(operation: Operation): number[] {
  const root = 'root' in operation && operation.root !== null ? [operation.root] : []
  if (operation.kind === 'copy')
    return [...root, ...operation.sources.flatMap((source) => (source.kind === 'path' ? source.input : []))]
  if (operation.kind !== 'exec') return root
  return [
    ...root,
    ...operation.mounts.flatMap((mount) => {
      if (mount.type === 'bind') return mount.input
      return mount.type === 'cache' && mount.from !== null ? mount.from.input : []
    }),
  ]
}
