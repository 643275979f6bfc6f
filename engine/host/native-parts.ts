/**
 * Where the native parts are: programs of the distribution (crun, conmon, ...) and our own C helper.
 * Only found here, never installed: `longshore engine check` and scripts/ say how to get what is missing.
 */
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EngineError } from '../errors.ts'

/** Places beside PATH: a service's PATH often lacks sbin, and podman's parts lie in a folder of their own. */
const EXTRA_DIRECTORIES = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/usr/libexec/podman',
  '/usr/lib/podman',
  '/usr/local/libexec/podman',
  '/usr/local/lib/podman',
]

/** Absolute path of a program, or null. An absolute `name` is checked as it is. */
export function findProgram(name: string): string | null {
  if (name.startsWith('/')) return isExecutable(name) ? name : null
  const path = (process.env.PATH ?? '').split(':').filter((directory) => directory.startsWith('/'))
  for (const directory of [...path, ...EXTRA_DIRECTORIES]) {
    const candidate = join(directory, name)
    if (isExecutable(candidate)) return candidate
  }
  return null
}

/** The first of several names that is there. Throws `unavailable` with `remedy` when none is. */
export function needProgram(names: readonly string[], remedy: string): string {
  for (const name of names) {
    const found = findProgram(name)
    if (found) return found
  }
  throw new EngineError('unavailable', `${names.join(' or ')} is not installed on this machine. ${remedy}`)
}

let helper: string | null = null

/**
 * Absolute path of longshore-native: LONGSHORE_NATIVE, beside this file in a packaged engine, compiled from this
 * source by build.mjs, or prebuilt from it. Throws `unavailable` when there is none of this very source.
 */
export function nativeHelper(): string {
  helper ??= findHelper()
  return helper
}

function findHelper(): string {
  const named = process.env.LONGSHORE_NATIVE
  if (named) {
    if (isExecutable(named)) return named
    throw new EngineError('unavailable', `LONGSHORE_NATIVE names ${named}, which is not a program`)
  }
  const here = dirname(fileURLToPath(import.meta.url))
  const bundled = join(here, 'longshore-native')
  const sources = join(here, 'attach')
  if (!existsSync(join(sources, 'main.c'))) {
    if (isExecutable(bundled)) return bundled
  } else {
    const hash = sourceHash(sources)
    const repository = join(here, '../..')
    const compiled = join(repository, '.cache/native', hash.slice(0, 16), 'longshore-native')
    if (isExecutable(compiled)) return compiled
    const prebuilt = join(repository, 'assets/native', `linux-${process.arch}`, 'longshore-native')
    if (isExecutable(prebuilt) && manifestSource(join(repository, 'assets/native')) === hash) return prebuilt
  }
  throw new EngineError(
    'unavailable',
    'the engine has no longshore-native helper for this machine. Run: node engine/host/attach/build.mjs',
  )
}

/** The same hash as build.mjs makes: names and contents of the C files. */
function sourceHash(directory: string): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(directory).sort()) {
    if (!/\.[ch]$/.test(name)) continue
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(directory, name)))
      .update('\0')
  }
  return hash.digest('hex')
}

function manifestSource(directory: string): string | null {
  try {
    return (
      (JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as { source?: string }).source ??
      null
    )
  } catch {
    return null
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
