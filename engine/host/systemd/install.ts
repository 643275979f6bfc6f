/** Puts units where systemd finds them and starts them, or takes them away again. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { EngineError } from '../../errors.ts'
import { run } from '../exec.ts'
import { findProgram } from '../native-parts.ts'
import { SERVICE, SOCKET, type Unit, type UnitFacts, unitsOf } from './units.ts'

/** Where systemd looks for units of a scope. */
export function unitDirectory(
  scope: UnitFacts['scope'],
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (scope === 'system') return '/etc/systemd/system'
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'systemd/user')
}

/** What was done, a line each, for people. */
export type Said = readonly string[]

/** Writes the units to `directory`; with `start`, systemd takes and starts them. Throws `unavailable` or `internal`. */
export async function install(facts: UnitFacts, directory: string, start: boolean): Promise<Said> {
  const units = unitsOf(facts)
  mkdirSync(directory, { recursive: true, mode: 0o755 })
  for (const { name, text } of units) writeFileSync(join(directory, name), text, { mode: 0o644 })
  const said = units.map(({ name }) => `wrote ${join(directory, name)}`)
  if (!start) return said
  if (!managed(facts.scope)) return [...said, `systemd does not run here: start the engine by hand`]
  const systemctl = managerOf(facts.scope)
  await systemctl(['daemon-reload'])
  await systemctl(['enable', '--now', ...units.map(({ name }) => name)])
  return [
    ...said,
    `enabled and started ${units.map(({ name }) => name).join(' and ')}`,
    ...lingering(facts.scope),
  ]
}

/** Stops and removes the units; well when there are none. Containers run on. */
export async function uninstall(scope: UnitFacts['scope'], directory: string, stop: boolean): Promise<Said> {
  const found = [SOCKET, SERVICE].filter((name) => existsSync(join(directory, name)))
  if (found.length === 0) return [`no units of the engine in ${directory}`]
  const systemctl = stop && managed(scope) ? managerOf(scope) : null
  if (systemctl) await systemctl(['disable', '--now', ...found])
  for (const name of found) rmSync(join(directory, name))
  if (systemctl) await systemctl(['daemon-reload'])
  return found.map((name) => `removed ${join(directory, name)}`)
}

/** The units as they would be written, for `--print`. */
export function printUnits(units: readonly Unit[], directory: string): string {
  return units.map(({ name, text }) => `# ${join(directory, name)}\n${text}`).join('\n')
}

function managed(scope: UnitFacts['scope']): boolean {
  return existsSync(scope === 'system' ? '/run/systemd/system' : `/run/user/${process.getuid?.()}/systemd`)
}

function managerOf(scope: UnitFacts['scope']): (args: readonly string[]) => Promise<unknown> {
  const systemctl = findProgram('systemctl')
  if (!systemctl) throw new EngineError('unavailable', 'systemctl is not on this machine: install systemd')
  return (args) => run(systemctl, [...(scope === 'user' ? ['--user'] : []), ...args])
}

function lingering(scope: UnitFacts['scope']): Said {
  if (scope === 'system') return []
  return ['it ends when you log out, unless you run: loginctl enable-linger']
}
