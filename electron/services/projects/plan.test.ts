import { expect, test } from 'vitest'
import type { Plan } from '../../../engine/compose/plan/draft.ts'
import type { Action } from '../../../engine/compose/plan/step.ts'
import { viewOf } from './plan.ts'

const OLD = 'a'.repeat(64)
const container = (name: string) => ({ name }) as Extract<Action, { kind: 'create' }>['container']

/** A plan whose steps come one after the other. */
function plan(changes: Plan['changes'], actions: readonly Action[]): Plan {
  const steps = actions.map((action, index) => ({ number: index + 1, after: [], action }))
  return { changes, steps, warnings: [], refusals: [] }
}

const OBSERVED = { containers: [] }

test('each step is told with the thing that it is done to, also while that has another name', () => {
  const aside = `${OLD.slice(0, 12)}_shop-web-1`
  const view = viewOf(
    plan(
      [
        { kind: 'network', name: 'shop_default', verb: 'create', reasons: ['it is not there'] },
        { kind: 'container', name: 'shop-web-1', verb: 'recreate', reasons: ['image changed'] },
      ],
      [
        { kind: 'create-network', key: 'default', name: 'shop_default' },
        { kind: 'rename', service: 'web', id: OLD, from: 'shop-web-1', to: aside },
        { kind: 'create', service: 'web', number: 1, container: container('shop-web-1'), inPlaceOf: OLD },
        { kind: 'stop', service: 'web', id: OLD, name: aside, graceSeconds: null },
        { kind: 'remove', service: 'web', id: OLD, name: aside, volumes: false },
        { kind: 'start', service: 'web', name: 'shop-web-1' },
        { kind: 'wait', service: 'web', condition: 'healthy', names: ['shop-web-1'] },
      ],
    ),
    OBSERVED,
    'longshore compose up -d',
  )
  expect(view.changes.map(({ name, service, steps }) => [name, service, steps])).toEqual([
    ['shop_default', null, [1]],
    ['shop-web-1', 'web', [2, 3, 4, 5, 6]],
  ])
  expect(view.steps.filter(({ wait }) => wait).map(({ words }) => words)).toEqual([
    'wait until shop-web-1 is healthy',
  ])
})

test('an image that two services run is pulled on one line', () => {
  const change = { kind: 'image', name: 'nginx', verb: 'pull', reasons: ['it is not there'] } as const
  const view = viewOf(
    plan(
      [change, change],
      [
        { kind: 'pull', service: 'a', image: 'nginx' },
        { kind: 'pull', service: 'b', image: 'nginx' },
      ],
    ),
    OBSERVED,
    '',
  )
  expect(view.changes).toHaveLength(1)
  expect(view.changes[0]?.steps).toEqual([1, 2])
})

test('another plan has another fingerprint, the same plan the same', () => {
  const of = (reason: string) =>
    viewOf(plan([{ kind: 'container', name: 'a', verb: 'start', reasons: [reason] }], []), OBSERVED, '')
      .fingerprint
  expect(of('it is exited')).toBe(of('it is exited'))
  expect(of('it is exited')).not.toBe(of('it is created'))
})
