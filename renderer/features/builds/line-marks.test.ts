import { describe, expect, it } from 'vitest'
import type { BuildStep } from '../../rpc/views.ts'
import { lineMarks } from './line-marks.ts'

function step(line: number, more: Partial<BuildStep>): BuildStep {
  return {
    id: `s${line}`,
    name: '',
    inputs: [],
    stage: 'build',
    instruction: null,
    range: { start: { line, column: 1 }, end: { line, column: 20 } },
    state: 'waiting',
    startedAt: null,
    completedAt: null,
    reason: null,
    layerBytes: null,
    parts: [],
    lines: 0,
    message: null,
    exitCode: null,
    ...more,
  }
}

const notes = (...steps: readonly BuildStep[]) => lineMarks(steps).map(({ line, note }) => `${line} ${note}`)

describe('marks at the lines of a Dockerfile', () => {
  it('tell what was cached, what ran and why, what waits', () => {
    expect(
      notes(
        step(1, { state: 'cached', startedAt: 0, completedAt: 1, layerBytes: 212_000_000 }),
        step(2, {
          state: 'done',
          startedAt: 0,
          completedAt: 100,
          layerBytes: 1_800_000,
          reason: { kind: 'changed', text: 'src/cart.ts changed' },
        }),
        step(3, {
          state: 'done',
          startedAt: 0,
          completedAt: 4200,
          reason: { kind: 'new', text: 'first built here' },
        }),
        step(4, { state: 'running', startedAt: 0 }),
        step(5, { state: 'failed', startedAt: 0, completedAt: 1, message: 'make failed', exitCode: 2 }),
        step(6, {}),
      ),
    ).toEqual([
      '1 cached, 212 MB',
      '2 ran: src/cart.ts changed, 1.8 MB',
      '3 ran 4.2 s',
      '4 running',
      '5 failed: exit 2',
      '6 waits',
    ])
  })

  it('are one where an instruction is several steps', () => {
    const copy = step(3, { id: 'a', state: 'done', startedAt: 0, completedAt: 10, layerBytes: 1000 })
    expect(notes(copy, step(3, { id: 'b', state: 'running' }))).toEqual(['3 running'])
  })

  it('wash a change and a failure, and no more', () => {
    const marks = lineMarks([
      step(1, { state: 'cached' }),
      step(2, { state: 'done', reason: { kind: 'changed', text: 'x' } }),
      step(3, { state: 'done', reason: { kind: 'input', text: 'x' } }),
      step(4, { state: 'failed' }),
    ])
    expect(marks.map(({ wash }) => wash)).toEqual([false, true, false, true])
  })

  it('leave out what has no line', () => {
    expect(lineMarks([step(1, { range: null })])).toEqual([])
  })
})
