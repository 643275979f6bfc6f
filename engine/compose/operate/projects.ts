/** Every compose project that an engine holds, by the labels of its containers, whoever made them. */
import type { EngineClient } from '../../client/client.ts'
import { LABEL } from '../plan/desired/labels.ts'

export interface FoundProject {
  readonly name: string
  /** State -> number of containers. */
  readonly states: ReadonlyMap<string, number>
  /** The compose files that it was made from, absolute, as its newest container remembers. */
  readonly files: readonly string[]
  readonly directory: string | undefined
}

/** Projects by name. One-off containers do not make one. */
export async function projectsOf(client: EngineClient): Promise<readonly FoundProject[]> {
  const rows = await client.containers.list({ label: [LABEL.project] })
  const names = new Set(rows.map(({ Labels }) => Labels?.[LABEL.project] ?? ''))
  return [...names].toSorted().flatMap((name) => {
    const own = rows
      .filter(
        ({ Labels }) => Labels?.[LABEL.project] === name && Labels[LABEL.oneoff]?.toLowerCase() !== 'true',
      )
      .toSorted((a, b) => b.Created - a.Created)
    const [newest] = own
    if (!newest || name === '') return []
    const states = new Map<string, number>()
    for (const { State } of own) states.set(State, (states.get(State) ?? 0) + 1)
    const files = (newest.Labels?.[LABEL.configFiles] ?? '').split(',').filter((file) => file !== '')
    return [{ name, states, files, directory: newest.Labels?.[LABEL.workingDirectory] }]
  })
}
