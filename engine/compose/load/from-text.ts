/** Loads compose files that stand in a test and not on a disk. Only tests import this. */
import { LoadError, printFault } from './fault.ts'
import { type Loaded, type LoadOptions, loadProject } from './load.ts'
import type { Service } from './project.ts'

/** Absolute path -> text. The compose file is `/stack/compose.yaml` unless `more` names others. */
export type Files = Readonly<Record<string, string>>

/** Loads from files that are only here; the home is `/home/me`, the shell has SHELL_VAR. */
export async function load(files: Files, more: Partial<LoadOptions> = {}): Promise<Loaded> {
  return loadProject({
    cwd: '/stack',
    home: '/home/me',
    environment: { SHELL_VAR: 'from-shell' },
    read: async (file) => files[file],
    ...more,
  })
}

/** What is wrong with the files, a line each. Throws when nothing is. */
export async function faults(files: Files, more: Partial<LoadOptions> = {}): Promise<readonly string[]> {
  const error = await load(files, more).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof LoadError) return error.faults.map(printFault)
  throw new Error(`it loaded, or broke: ${error}`)
}

/** A compose file with one service, `web`, that has the image `app` and these attributes from line 4 on. */
export function withService(attributes: string, top = ''): string {
  const lines = attributes.split('\n').map((line) => (line === '' ? '' : `    ${line}`))
  return `services:\n  web:\n    image: app\n${lines.join('\n')}\n${top}\n`
}

/** What attributes of a service become, without what `withService` itself gave. */
export async function attributesOf(
  attributes: string,
  top = '',
  files: Files = {},
  more: Partial<LoadOptions> = {},
): Promise<Partial<Service>> {
  const { project } = await load({ '/stack/compose.yaml': withService(attributes, top), ...files }, more)
  const {
    name: _,
    image: __,
    networks,
    ...rest
  } = { ...project.services, ...project.disabled }.web ?? {
    name: 'web',
  }
  const written = networks !== undefined && JSON.stringify(networks) !== '{"default":null}'
  return { ...rest, ...(written ? { networks } : {}) }
}

/** What is wrong with attributes of a service, a line each without the file's name. */
export async function faultsOf(attributes: string, top = ''): Promise<readonly string[]> {
  const found = await faults({ '/stack/compose.yaml': withService(attributes, top) })
  return found.map((line) => line.replace('/stack/compose.yaml:', ''))
}
