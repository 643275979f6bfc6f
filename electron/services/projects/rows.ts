/** Rows of projects: what the labels of containers say, and what a person opened that is not up. Pure. */
import path from 'node:path'
import type { ContainerRow } from '../../contract/containers.ts'
import type { FilesPlace, ProjectRow } from '../../contract/projects.ts'
import { copiesOf, doneIn, jobsOf, servicesOf, stateOf } from './states.ts'

const WORKING_DIRECTORY = 'com.docker.compose.project.working_dir'
const CONFIG_FILES = 'com.docker.compose.project.config_files'

/** Where a project's files are said to be. */
export interface Sources {
  readonly directory: string | null
  readonly files: readonly string[]
}

/** A project that a person made known, whether or not it is up. */
export interface Known extends Sources {
  readonly name: string
}

export interface RowFacts {
  readonly known: readonly Known[]
  readonly placeOf: (sources: Sources) => FilesPlace
  readonly hasDraft: (name: string) => boolean
}

/** What the labels of a project's containers say of its files: those of the newest container. */
export function sourcesOf(containers: readonly ContainerRow[]): Sources {
  const newest = containers
    .filter(({ labels }) => labels[WORKING_DIRECTORY] !== undefined || labels[CONFIG_FILES] !== undefined)
    .toSorted((one, other) => (one.createdAt < other.createdAt ? 1 : -1))[0]
  if (!newest) return { directory: null, files: [] }
  const said = (newest.labels[CONFIG_FILES] ?? '').split(',').filter((file) => file !== '')
  // Docker Compose 1.29 writes the names as they were typed, relative to the folder.
  const directory = newest.labels[WORKING_DIRECTORY] ?? path.dirname(said[0] ?? '/')
  return { directory, files: said.map((file) => path.resolve(directory, file)) }
}

/** One row a project, by name. */
export function projectRows(containers: Iterable<ContainerRow>, facts: RowFacts): readonly ProjectRow[] {
  const labelled = [...containers].filter((row) => row.project !== null)
  const byName = Map.groupBy(labelled, (row) => row.project ?? '')
  for (const { name } of facts.known) if (!byName.has(name)) byName.set(name, [])
  return [...byName].map(([name, rows]) => {
    const known = facts.known.find((each) => each.name === name)
    const said = sourcesOf(rows)
    // The labels are those of the last up; a person may have moved the files since.
    const here = facts.placeOf(said) === 'here' || !known
    const sources = here ? said : known
    const copies = copiesOf(rows)
    return {
      name,
      state: stateOf(copies, jobsOf(rows)),
      services: servicesOf(rows),
      running: copies.filter((row) => row.state.kind === 'running').length,
      done: doneIn(copies),
      ports: copies.flatMap((row) => row.ports),
      directory: sources.directory,
      files: sources.files,
      place: facts.placeOf(sources),
      draft: facts.hasDraft(name),
      madeAt: rows.reduce<string | null>(
        (last, row) => (last === null || row.createdAt > last ? row.createdAt : last),
        null,
      ),
    }
  })
}
