/** `config`: the project as it is understood, in Compose's own words. */
import { stringify } from 'yaml'
import type { Project } from '../../../engine/compose/load/project.ts'

/** As YAML or JSON. `literal`: its variables are still there, so that no dollar is to be escaped. */
export function printProject(project: Project, format: 'yaml' | 'json', literal = false): string {
  const filled = (section: Readonly<Record<string, unknown>>) =>
    Object.keys(section).length > 0 ? section : undefined
  const model = {
    name: project.name,
    // A service's name is its key.
    services: Object.fromEntries(
      Object.entries(project.services).map(([key, { name: _, ...service }]) => [key, service]),
    ),
    networks: filled(project.networks),
    volumes: filled(project.volumes),
    configs: filled(project.configs),
    secrets: filled(project.secrets),
    models: filled(project.models),
    ...project.extensions,
  }
  return format === 'json'
    ? `${JSON.stringify(escaped(model, literal), null, 2)}\n`
    : stringify(escaped(model, literal), { aliasDuplicateObjects: false })
}

/** What is printed can be loaded again: a dollar must not become a variable. */
function escaped(value: unknown, literal: boolean): unknown {
  if (typeof value === 'string') return literal ? value : value.replaceAll('$', '$$$$')
  if (Array.isArray(value)) return value.map((each) => escaped(each, literal))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === 'mode' && typeof each === 'number' ? bits(each) : escaped(each, literal),
    ]),
  )
}

/** Permission bits as everyone writes them. */
function bits(mode: number): string {
  return `0${mode.toString(8)}`
}
