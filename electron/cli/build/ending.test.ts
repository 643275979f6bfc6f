import { describe, expect, test } from 'vitest'
import type { BuildFailed, BuildProblem } from '../../../engine/api/longshore/build-events.ts'
import { checkLines, failureLines, warningLines } from './ending.ts'
import { excerpt } from './excerpt.ts'
import type { StepProgress } from './progress/model.ts'

const lines = (from: number, to = from, column = 5) => ({
  start: { line: from, column: 1 },
  end: { line: to, column },
})
const SOURCE = {
  path: 'Dockerfile',
  text: 'FROM busybox\nRUN make \\\n  all\nRUN test\nRUN last\nUSER app\n',
}

describe('an excerpt', () => {
  test('marks the lines, with others above and below', () => {
    expect(excerpt(SOURCE.text, 'Dockerfile', lines(2, 3))).toEqual([
      ...['Dockerfile:2', '--------------------'],
      '   1 |     FROM busybox',
      '   2 | >>> RUN make \\',
      '   3 | >>>   all',
      '   4 |     RUN test',
      '--------------------',
    ])
  })

  test('of the first line has more below, and of none there is none', () => {
    expect(excerpt(SOURCE.text, 'x', lines(1)).slice(2, -1)).toHaveLength(3)
    expect(excerpt(SOURCE.text, 'x', lines(99))).toEqual([])
  })

  test('a range up to the beginning of a line leaves that line out', () => {
    expect(excerpt(SOURCE.text, 'x', lines(2, 4, 1)).filter((line) => line.includes('>>>'))).toHaveLength(2)
  })
})

describe('a failed build', () => {
  const failure: BuildFailed = {
    ...{
      kind: 'failed',
      message: 'process "/bin/sh -c make all" did not complete',
      step: 's1',
      problems: [],
    },
    origin: { stage: '0', ordinal: 2, text: 'RUN make all', range: lines(2, 3) },
  }
  const step: StepProgress = {
    ...{
      step: { id: 's1', name: '[2/4] RUN make all', inputs: [], origin: failure.origin },
      statuses: new Map(),
    },
    ...{ reason: { kind: 'changed', text: 'a.c changed', what: ['a.c'] }, layerBytes: null },
    now: { state: 'failed', startedAt: 1000, completedAt: 2000, message: '', exitCode: 2 },
    log: Array.from({ length: 12 }, (_, at) => ({
      at: 1000 + at * 100,
      stream: 'stderr',
      text: `line ${at}`,
    })),
  }

  test('repeats the end of the log, shows the lines, and says the error last', () => {
    const said = failureLines(failure, step, SOURCE)
    expect(said.slice(0, 4)).toEqual([
      ...['------', ' > [2/4] RUN make all:', 'ran because: a.c changed', '0.200 line 2'],
    ])
    expect(said).toContain('   2 | >>> RUN make \\')
    expect(said.at(-1)).toBe(
      'ERROR: failed to build: failed to solve: process "/bin/sh -c make all" did not complete',
    )
  })

  test('of a Dockerfile that cannot be understood shows each place', () => {
    const problem: BuildProblem = {
      ...{ severity: 'error', rule: 'syntax', message: 'unknown instruction: RNU', range: lines(4) },
      suggestion: 'RUN',
    }
    const said = failureLines({ ...failure, origin: null, problems: [problem] }, undefined, SOURCE)
    expect(said).toContain('   4 | >>> RUN test')
    expect(said).toContain('Dockerfile:4:1: unknown instruction: RNU (did you mean RUN?)')
  })

  test('that was cancelled says no more than that', () => {
    expect(failureLines({ ...failure, kind: 'cancelled' }, step, SOURCE)).toHaveLength(1)
  })
})

describe('warnings', () => {
  const warning: BuildProblem = {
    ...{ severity: 'warning', rule: 'StageNameCasing', message: 'Stage name should be lowercase' },
    ...{ range: lines(1), suggestion: 'base' },
  }

  test('are listed below a build', () => {
    expect(warningLines([])).toEqual([])
    expect(warningLines([warning])).toEqual([
      ...['', ' 1 warning found:', ' - StageNameCasing: Stage name should be lowercase; write base (line 1)'],
    ])
  })

  test('are shown in their place by --check', () => {
    expect(checkLines([], SOURCE)).toEqual(['Check complete, no warnings found.'])
    const said = checkLines([warning, warning], SOURCE)
    expect(said[0]).toBe('Check complete, 2 warnings have been found!')
    expect(said).toContain('   1 | >>> FROM busybox')
  })
})
