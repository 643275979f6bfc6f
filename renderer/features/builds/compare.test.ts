import { describe, expect, it } from 'vitest'
import type { BuildStep, BuildView } from '../../rpc/views.ts'
import { compareBuilds } from './compare.ts'

function build(...steps: readonly (readonly [string, Partial<BuildStep>?])[]): BuildView {
  const whole = steps.map(([instruction, more], index) => ({
    ...{ id: `s${index}`, name: instruction, inputs: [], stage: '0', instruction, range: null },
    ...{ state: 'done' as const, startedAt: 0, completedAt: 1, reason: null, layerBytes: null },
    ...{ parts: [], lines: 0, message: null, exitCode: null },
    ...more,
  }))
  return {
    steps: whole,
    dockerfile: null,
    arguments: {},
    problems: [],
    failure: null,
    input: null,
  } as unknown as BuildView
}

const lines = (before: BuildView, now: BuildView) =>
  compareBuilds(before, now).map(({ title, words }) => [title, ...words].join(': '))

describe('two builds compared', () => {
  it('go by instruction, and say what came, went and changed', () => {
    expect(
      lines(
        build(['FROM a'], ['RUN old'], ['COPY . .']),
        build(['FROM a'], ['RUN new'], ['COPY . .', { reason: { kind: 'changed', text: 'a.ts changed' } }]),
      ),
    ).toEqual(['FROM a', 'RUN old: gone', 'RUN new: new', 'COPY . .: a.ts changed'])
  })

  it('tell an instruction from the same one further down', () => {
    expect(lines(build(['RUN x'], ['RUN x']), build(['RUN x']))).toEqual(['RUN x', 'RUN x: gone'])
  })

  it('say which fails now', () => {
    expect(lines(build(['RUN x']), build(['RUN x', { state: 'failed' }]))).toEqual(['RUN x: fails now'])
    expect(lines(build(['RUN x', { state: 'failed' }]), build(['RUN x']))).toEqual(['RUN x: failed before'])
  })
})
