/** The list as it is shown: rows grouped by project, groups that fold, containers of no project last. */
import type { ContainerRow } from '../../rpc/views.ts'

export type ListItem =
  | {
      readonly type: 'group'
      readonly key: string
      readonly project: string | null
      readonly rows: readonly ContainerRow[]
      readonly running: number
      readonly folded: boolean
    }
  | { readonly type: 'row'; readonly key: string; readonly row: ContainerRow }

/** Orders `rows` by project and name. Without any project there are no group heads. */
export function groupRows(rows: readonly ContainerRow[], folded: ReadonlySet<string>): readonly ListItem[] {
  const byName = (one: ContainerRow, other: ContainerRow) =>
    compare(one.name, other.name) || compare(one.id, other.id)
  const groups = new Map<string | null, ContainerRow[]>()
  for (const row of rows) {
    const group = groups.get(row.project)
    if (group) group.push(row)
    else groups.set(row.project, [row])
  }
  const projects = [...groups.keys()].filter((project) => project !== null).sort(compare)
  if (projects.length === 0) return [...rows].sort(byName).map(asItem)
  const items: ListItem[] = []
  for (const project of groups.has(null) ? [...projects, null] : projects) {
    const members = (groups.get(project) ?? []).sort(byName)
    const key = `project:${project ?? ''}`
    const running = members.filter((row) => row.state.kind === 'running').length
    items.push({ type: 'group', key, project, rows: members, running, folded: folded.has(key) })
    if (!folded.has(key)) items.push(...members.map(asItem))
  }
  return items
}

function asItem(row: ContainerRow): ListItem {
  return { type: 'row', key: row.id, row }
}

const collator = new Intl.Collator('en', { numeric: true })

function compare(one: string, other: string): number {
  return collator.compare(one, other)
}
