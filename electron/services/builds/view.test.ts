import { describe, expect, it } from 'vitest'
import type { BuildProgress } from '../../../engine/api/longshore/build-events.ts'
import type { BuildRow } from '../../contract/builds.ts'
import { BuildFold } from './view.ts'

const ROW: BuildRow = {
  id: 'b1',
  title: 'shop',
  state: 'running',
  startedAt: '2026-11-23T10:00:00.000Z',
  completedAt: null,
  target: null,
  platform: 'linux/amd64',
  names: [],
  imageId: null,
  steps: { total: 0, cached: 0, completed: 0 },
  error: null,
  warnings: 0,
}
const RANGE = { start: { line: 2, column: 1 }, end: { line: 2, column: 9 } }
const STEPS: BuildProgress = {
  kind: 'steps',
  at: 1,
  steps: [
    { id: 's0', name: '[1/2] FROM busybox', inputs: [], origin: null },
    {
      id: 's1',
      name: '[2/2] RUN make',
      inputs: ['s0'],
      origin: { stage: '0', ordinal: 2, text: 'RUN make', range: RANGE },
    },
  ],
}

function viewOf(...events: readonly BuildProgress[]) {
  const fold = new BuildFold(ROW, {})
  for (const event of events) fold.take(event)
  return fold.view
}

const step = (
  id: string,
  now: Extract<BuildProgress, { kind: 'step' }>['now'],
  more = {},
): BuildProgress => ({
  kind: 'step',
  at: 5,
  id,
  now,
  reason: null,
  layerBytes: null,
  ...more,
})

describe('a build as its events tell it', () => {
  it('waits, runs and ends step by step', () => {
    const before = viewOf(STEPS)
    expect(before.steps.map(({ state }) => state)).toEqual(['waiting', 'waiting'])
    const view = viewOf(
      STEPS,
      step(
        's0',
        { state: 'cached', startedAt: 1, completedAt: 2 },
        { reason: { kind: 'cached', text: 'kept' } },
      ),
      step('s1', { state: 'running', startedAt: 3 }),
      step('s1', { state: 'done', startedAt: 3, completedAt: 9 }, { layerBytes: 12 }),
      { kind: 'result', at: 10, result: { imageId: 'sha256:1', manifestDigest: null, names: ['shop:1'] } },
    )
    expect(view.steps[0]).toMatchObject({ state: 'cached', reason: { kind: 'cached', text: 'kept' } })
    expect(view.steps[1]).toMatchObject({
      state: 'done',
      startedAt: 3,
      completedAt: 9,
      layerBytes: 12,
      range: RANGE,
    })
    expect(view.row).toMatchObject({
      state: 'done',
      names: ['shop:1'],
      steps: { total: 2, cached: 1, completed: 2 },
    })
  })

  it('keeps what a step had when the graph is told again', () => {
    const view = viewOf(STEPS, step('s1', { state: 'running', startedAt: 3 }), STEPS)
    expect(view.steps[1]).toMatchObject({ state: 'running', startedAt: 3 })
  })

  it('counts lines, and parts with their progress', () => {
    const log = (text: string): BuildProgress => ({ kind: 'log', at: 4, id: 's1', stream: 'stdout', text })
    const status = { kind: 'status', at: 4, id: 's0', name: 'layer', total: 10, startedAt: 1 } as const
    const view = viewOf(
      STEPS,
      log('one\ntw'),
      log('o\n'),
      { ...status, current: 4, completedAt: null },
      { ...status, current: 10, completedAt: 5 },
    )
    expect(view.steps[1]?.lines).toBe(2)
    expect(view.steps[0]?.parts).toEqual([{ name: 'layer', current: 10, total: 10, done: true }])
  })

  it('tells a failure once, at its step and its place', () => {
    const problem = {
      severity: 'error',
      rule: 'syntax',
      message: 'no such instruction',
      range: RANGE,
      suggestion: 'RUN',
    } as const
    const view = viewOf(
      STEPS,
      { kind: 'warning', at: 2, problem },
      step('s1', { state: 'failed', startedAt: 3, completedAt: 4, message: 'it ended with 2', exitCode: 2 }),
      {
        kind: 'failed',
        at: 5,
        failure: {
          kind: 'failed',
          message: 'it ended with 2',
          origin: null,
          step: 's1',
          problems: [problem],
        },
      },
    )
    expect(view.problems).toEqual([problem])
    expect(view.failure).toEqual({ message: 'it ended with 2', step: 's1' })
    expect(view.steps[1]).toMatchObject({ state: 'failed', exitCode: 2, message: 'it ended with 2' })
    expect(view.row).toMatchObject({ state: 'failed', error: 'it ended with 2' })
  })
})
