import { expect, test } from 'vitest'
import type { ContainerRow } from '../../rpc/views.ts'
import { groupRows } from './groups.ts'

function row(name: string, project: string | null, running = false): ContainerRow {
  return {
    id: `id-${name}`,
    name,
    image: 'busybox',
    imageId: '',
    command: '',
    createdAt: '2026-01-01T00:00:00Z',
    state: running ? { kind: 'running', since: '2026-01-01T00:00:00Z', health: 'none' } : { kind: 'created' },
    ports: [],
    project,
    service: null,
    terminal: false,
    labels: {},
  }
}

const shape = (rows: readonly ContainerRow[], folded: readonly string[] = []) =>
  groupRows(rows, new Set(folded)).map((item) =>
    item.type === 'group'
      ? `${item.project ?? 'none'} ${item.running}/${item.rows.length}`
      : `  ${item.row.name}`,
  )

test('projects by name, rows by name and number, no project last', () => {
  const rows = [row('b10', 'shop'), row('b9', 'shop', true), row('lone', null), row('x', 'alpha', true)]
  expect(shape(rows)).toEqual(['alpha 1/1', '  x', 'shop 1/2', '  b9', '  b10', 'none 0/1', '  lone'])
})

test('a folded group keeps its head', () => {
  expect(shape([row('a', 'shop'), row('b', null)], ['project:shop'])).toEqual(['shop 0/1', 'none 0/1', '  b'])
})

test('without projects there are no heads', () => {
  expect(shape([row('b', null), row('a', null)])).toEqual(['  a', '  b'])
})
