/** Loads a project from its files, with texts that a person is writing in their place. */
import os from 'node:os'
import path from 'node:path'
import { type Fault, LoadError } from '../../../engine/compose/load/fault.ts'
import { type Loaded, loadProject } from '../../../engine/compose/load/load.ts'
import { imageOf } from '../../../engine/compose/plan/identity.ts'
import type { Diagnosis, FileProblem, ProjectRow } from '../../contract/projects.ts'
import { readText } from './texts.ts'

export interface ProjectSource {
  readonly row: Pick<ProjectRow, 'name' | 'directory' | 'files'>
  /** By absolute path, in place of what is on disk. */
  readonly texts: Readonly<Record<string, string>>
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** A project under the name that it has on the engine. */
export interface NamedProject extends Loaded {
  /** The name that the files alone would give; another one than the project's needs -p. */
  readonly ownName: string
}

/** Loads. Throws LoadError with every fault. */
export async function loadNamed(source: ProjectSource): Promise<NamedProject> {
  const loaded = await load(source, undefined)
  const ownName = loaded.project.name
  if (ownName === source.row.name) return { ...loaded, ownName }
  return { ...(await load(source, source.row.name)), ownName }
}

async function load({ row, texts, environment }: ProjectSource, name: string | undefined): Promise<Loaded> {
  const directory = row.directory ?? path.dirname(row.files[0] ?? '/')
  return loadProject({
    cwd: directory,
    home: os.homedir(),
    files: row.files,
    directory,
    ...(name === undefined ? {} : { name }),
    environment,
    read: async (file) => texts[file] ?? (await readText(file)),
  })
}

/** What is wrong with the files, and what they declare. */
export async function diagnose(source: ProjectSource): Promise<Diagnosis> {
  try {
    const { project, warnings } = await loadNamed(source)
    const services = Object.values({ ...project.services, ...project.disabled }).map((service) => ({
      name: service.name,
      image: imageOf(project, service),
      built: service.build !== undefined,
      dependsOn: Object.keys(service.depends_on ?? {}),
      networks: Object.keys(service.networks ?? {}),
      volumes: (service.volumes ?? []).flatMap(({ type, source: name }) =>
        type === 'volume' && name !== undefined ? [name] : [],
      ),
      ports: (service.ports ?? []).flatMap(({ published, target }) =>
        published === undefined ? [] : [`${published}:${target}`],
      ),
      scale: service.scale ?? service.deploy?.replicas ?? 1,
      profiles: service.profiles ?? [],
    }))
    return { name: project.name, services, problems: warnings.map((fault) => problemOf(fault, 'warning')) }
  } catch (error) {
    if (!(error instanceof LoadError)) throw error
    return { name: null, services: null, problems: problemsOf(error) }
  }
}

/** The faults of a project that does not load. */
export function problemsOf(error: LoadError): readonly FileProblem[] {
  return error.faults.map((fault) => problemOf(fault, 'error'))
}

function problemOf(fault: Fault, severity: FileProblem['severity']): FileProblem {
  return {
    path: fault.at.file,
    line: Math.max(1, fault.at.line),
    column: Math.max(1, fault.at.column),
    severity,
    message: fault.path === '' ? fault.message : `${fault.path}: ${fault.message}`,
    remedy: fault.remedy ?? null,
  }
}
