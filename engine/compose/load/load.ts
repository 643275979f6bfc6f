/**
 * Compose files to a project, in the specification's own stages: read, fill in variables, check, make paths absolute,
 * extend, include, merge, check the whole, fill in defaults. Every fault has its file, line and column, and all that
 * can be found are told at once.
 */
import path from 'node:path'
import { PROJECT_NAME } from './attributes/top-level.ts'
import { checkConsistency } from './consistency.ts'
import { parseDotenv } from './dotenv.ts'
import { type ReadFile, withFiles } from './environment.ts'
import { type Fault, Faults, LoadError } from './fault.ts'
import { type FileContext, readComposeFile } from './file.ts'
import { findComposeFiles, projectNameOf } from './find.ts'
import { interpolate } from './interpolate.ts'
import { merge, settle } from './merge.ts'
import { normalise } from './normalise.ts'
import { withContexts } from './paths.ts'
import { checkProfiles } from './profiles.ts'
import type { Project } from './project.ts'
import type { Lookup } from './template.ts'
import { child, type Entry, type MapTree, type Place, withEntry } from './tree.ts'
import { parseYaml } from './yaml.ts'

/** What to load. Paths may be relative to `cwd`. */
export interface LoadOptions {
  readonly cwd: string
  readonly home: string
  /** Compose files; looked for in `cwd` and above when empty. */
  readonly files?: readonly string[]
  /** In place of the first file's folder. */
  readonly directory?: string
  /** In place of `name:` and of the folder's name. */
  readonly name?: string
  readonly profiles?: readonly string[]
  /** The shell's variables. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** In place of `.env` in the project's folder. */
  readonly envFiles?: readonly string[]
  /** Leave variables as they are written, to be looked at: what must be a number is refused then. */
  readonly literal?: boolean
  readonly read: ReadFile
}

/** A project, and what a person should know about its files. */
export interface Loaded {
  readonly project: Project
  readonly warnings: readonly Fault[]
  /** Every file that was read: compose files, includes, extended files. */
  readonly sources: readonly string[]
}

/** Loads a project. Throws LoadError with every fault. */
export async function loadProject(options: LoadOptions): Promise<Loaded> {
  const { cwd, read } = options
  const faults = new Faults()
  const warnings = new Faults()
  const given = (options.files ?? []).map((file) => path.resolve(cwd, file))
  const files = given.length > 0 ? given : await findComposeFiles(cwd, read)
  const first = files[0]
  if (first === undefined) {
    const at = { file: cwd, line: 1, column: 1 }
    throw new LoadError([
      {
        at,
        path: '',
        message: 'there is no compose.yaml here or in a folder above',
        remedy: 'make one, or name it with -f',
      },
    ])
  }
  const directory =
    options.directory === undefined ? path.dirname(first) : path.resolve(cwd, options.directory)
  const variables = await dotenv(options, directory, faults)
  const name = await projectName(options, files, directory, variables, faults)
  const lookup: Lookup = (variable) => (variable === 'COMPOSE_PROJECT_NAME' ? name : variables(variable))
  const sources = new Set<string>()
  const context: FileContext = {
    directory,
    home: options.home,
    lookup,
    literal: options.literal ?? false,
    read,
    faults,
    unset: unsetOnce(warnings),
    seen: (file) => sources.add(file),
    chain: [],
  }
  const tree = await mergedFiles(files, context)
  faults.check()
  const settled = withContexts(settle(tree) as MapTree, directory)
  const version = child(settled, 'version')
  if (version) warnings.add(version.at, 'version', 'is without effect', 'take it away')
  const profiles =
    options.profiles ?? (variables('COMPOSE_PROFILES') ?? '').split(',').filter((each) => each !== '')
  checkConsistency(settled, faults)
  checkProfiles(settled, profiles, faults)
  const whole = await withEnvironments(settled, context)
  faults.check()
  return {
    project: normalise(whole, { name, directory, files, profiles }),
    warnings: warnings.list,
    sources: [...sources],
  }
}

async function mergedFiles(files: readonly string[], context: FileContext): Promise<MapTree> {
  let result: MapTree | undefined
  for (const file of files) {
    const tree = await readComposeFile(file, context)
    if (tree) result = result ? (merge(result, tree) as MapTree) : tree
  }
  context.faults.check()
  // Without a tree there was a fault, and the check has thrown.
  return result as MapTree
}

/** The shell's variables before those of the files: what is nearer to the person wins. */
async function dotenv(options: LoadOptions, directory: string, faults: Faults): Promise<Lookup> {
  const { environment, read } = options
  const asked = options.envFiles ?? []
  const files =
    asked.length > 0 ? asked.map((file) => path.resolve(options.cwd, file)) : [path.join(directory, '.env')]
  const found = new Map<string, string>()
  const lookup: Lookup = (name) => environment[name] ?? found.get(name)
  for (const file of files) {
    const text = await read(file)
    if (text === undefined && asked.length > 0)
      faults.add({ file, line: 1, column: 1 }, '', 'the file is not there', 'make it, or name another')
    for (const [name, value] of parseDotenv(text ?? '', { file, faults, lookup })) found.set(name, value)
  }
  return lookup
}

/** -p, COMPOSE_PROJECT_NAME, `name:` of the last file that has one, the folder's name: the first of these. */
async function projectName(
  { name, read }: LoadOptions,
  files: readonly string[],
  directory: string,
  lookup: Lookup,
  faults: Faults,
): Promise<string> {
  const asked = name ?? lookup('COMPOSE_PROJECT_NAME')
  if (asked !== undefined && asked !== '') {
    if (!PROJECT_NAME.test(asked)) {
      const at = { file: files[0] ?? directory, line: 1, column: 1 }
      faults.add(
        at,
        'name',
        `"${asked}" is no name of a project`,
        'use small letters, digits, dashes and underscores',
      )
    }
    return asked
  }
  for (const file of [...files].reverse()) {
    const written = await writtenName(file, read, lookup)
    if (written !== undefined) return written
  }
  return projectNameOf(directory) || 'default'
}

/** `name:` of a file before anything else in it is looked at: other values may use it. */
async function writtenName(file: string, read: ReadFile, lookup: Lookup): Promise<string | undefined> {
  const text = await read(file)
  if (text === undefined || !text.includes('name')) return undefined
  for (const document of parseYaml(text, file, new Faults())) {
    const value = child(document, 'name')
    if (value?.kind !== 'scalar' || value.value === null) continue
    const filled = interpolate(value, { lookup, unset: () => {}, faults: new Faults() })
    return filled.kind === 'scalar' ? String(filled.value) : undefined
  }
  return undefined
}

/** A variable that is not set is told once, where it is met first. */
function unsetOnce(warnings: Faults): (name: string, at: Place) => void {
  const told = new Set<string>()
  return (name, at) => {
    if (told.has(name)) return
    told.add(name)
    warnings.add(
      at,
      '',
      `the variable ${name} is not set, and is taken as empty`,
      `set it, or write \${${name}:-default}`,
    )
  }
}

async function withEnvironments(tree: MapTree, context: FileContext): Promise<MapTree> {
  const services = child(tree, 'services')
  if (services?.kind !== 'map') return tree
  const entries = new Map<string, Entry>()
  for (const [name, entry] of services.entries) {
    const { value } = entry
    const done =
      value.kind === 'map'
        ? await withFiles(value, `services.${name}`, context.read, context.lookup, context.faults)
        : value
    entries.set(name, { ...entry, value: done })
  }
  return withEntry(tree, 'services', { ...services, entries })
}
