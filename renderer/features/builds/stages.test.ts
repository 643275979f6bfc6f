import { describe, expect, it } from 'vitest'
import type { BuildStep } from '../../rpc/views.ts'
import { layoutStages, stagesOf } from './stages.ts'

function step(
  id: string,
  stage: string | null,
  inputs: readonly string[],
  state: BuildStep['state'],
): BuildStep {
  return {
    ...{ id, name: id, inputs, stage, state, instruction: null, range: null },
    ...{ startedAt: null, completedAt: null, reason: null, layerBytes: null },
    ...{ parts: [], lines: 0, message: null, exitCode: null },
  }
}

const STEPS = [
  step('context', null, [], 'done'),
  step('base', 'base', [], 'cached'),
  step('deps', 'deps', ['base', 'context'], 'cached'),
  step('build', 'build', ['deps'], 'running'),
  step('merge', null, ['build'], 'waiting'),
  step('final', '3', ['base', 'merge'], 'waiting'),
]

describe('the stages of a build', () => {
  it('stand on those that their steps read from, also by way of the build’s own', () => {
    expect(stagesOf(STEPS).map(({ name, inputs, state }) => [name, inputs, state])).toEqual([
      ['base', [], 'cached'],
      ['deps', ['base'], 'cached'],
      ['build', ['deps'], 'running'],
      ['3', ['base', 'build'], 'waiting'],
    ])
  })

  it('are drawn from left to right, none over another', () => {
    const { stages, edges, width, height } = layoutStages(stagesOf(STEPS), 600)
    expect(edges).toHaveLength(4)
    for (const { from, to } of edges) {
      const x = (name: string) => stages.find((stage) => stage.name === name)?.x ?? 0
      expect(x(from)).toBeLessThan(x(to))
    }
    expect(new Set(stages.map(({ x, y }) => `${x} ${y}`)).size).toBe(stages.length)
    expect(stages.every(({ x, y }) => x < width && y < height)).toBe(true)
  })

  it('give way to each other where there is little room', () => {
    expect(layoutStages(stagesOf(STEPS), 400).width).toBeLessThanOrEqual(400)
    expect(layoutStages(stagesOf(STEPS), 100).stageWidth).toBe(72)
  })

  it('that are many at one depth stand beneath each other', () => {
    const many = Array.from({ length: 8 }, (_, n) => step(`s${n}`, `s${n}`, [], 'done'))
    const { stages } = layoutStages(stagesOf(many), 600)
    expect(new Set(stages.map(({ x }) => x)).size).toBe(1)
    expect(new Set(stages.map(({ y }) => y)).size).toBe(8)
  })
})
