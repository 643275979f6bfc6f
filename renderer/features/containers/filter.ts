/** What the filter box of the containers understands. */
import { parseFilter, passesFilter } from '../../lib/filter-query.ts'
import type { ContainerRow } from '../../rpc/views.ts'

const KEYS = ['state', 'project', 'image', 'name', 'port', 'label', 'health']

/** A test for rows from the text of the filter box. */
export function containerFilter(text: string): (row: ContainerRow) => boolean {
  const query = parseFilter(text, KEYS)
  if (query.words.length === 0 && query.tokens.length === 0) return () => true
  return (row) => passesFilter(query, textOf(row), (key, value) => has(row, key, value))
}

function textOf(row: ContainerRow): string {
  const ports = row.ports.map((port) => `${port.hostPort} ${port.containerPort}`).join(' ')
  const labels = Object.entries(row.labels).map(([name, value]) => `${name}=${value}`)
  return `${row.name} ${row.image} ${row.id.slice(0, 12)} ${row.project ?? ''} ${ports} ${labels.join(' ')}`
}

function has(row: ContainerRow, key: string, value: string): boolean {
  switch (key) {
    case 'state':
      return value === 'any' || isState(row, value)
    case 'health':
      return row.state.kind === 'running' && row.state.health === value
    case 'project':
      return (row.project ?? 'none').toLowerCase().includes(value)
    case 'image':
      return row.image.toLowerCase().includes(value)
    case 'name':
      return row.name.toLowerCase().includes(value)
    case 'port':
      return row.ports.some((port) => String(port.hostPort) === value || String(port.containerPort) === value)
    case 'label':
      return Object.entries(row.labels).some(([name, of]) => `${name}=${of}`.toLowerCase().includes(value))
    default:
      return false
  }
}

function isState(row: ContainerRow, value: string): boolean {
  const { state } = row
  if (value === 'stopped')
    return state.kind !== 'running' && state.kind !== 'paused' && state.kind !== 'restarting'
  if (value === 'failed') return state.kind === 'dead' || (state.kind === 'exited' && state.exitCode !== 0)
  if (state.kind === 'running' && state.health === value) return true
  return state.kind.startsWith(value)
}
