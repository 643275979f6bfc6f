/** Which services belong to the project with the profiles asked for (spec 15, Profiles). */
import { impliedBy } from './dependencies.ts'
import type { Faults } from './fault.ts'
import { child, type MapTree, plain, type Tree } from './tree.ts'

/** True without profiles, with one of those asked for, and when all (`*`) are. */
export function isEnabled(profiles: readonly string[], asked: readonly string[]): boolean {
  return profiles.length === 0 || asked.includes('*') || profiles.some((name) => asked.includes(name))
}

/** A service that is on cannot need one that is off: a reference does not switch its profile on. */
export function checkProfiles(tree: MapTree, asked: readonly string[], faults: Faults): void {
  const services = child(tree, 'services')
  if (services?.kind !== 'map') return
  for (const [name, { value }] of services.entries) {
    if (!isEnabled(profilesOf(value), asked)) continue
    for (const { name: other, key, at } of needed(value)) {
      const profiles = profilesOf(services.entries.get(other)?.value)
      if (isEnabled(profiles, asked)) continue
      const message = `needs ${other}, which is only there with the profile ${profiles.join(' or ')}`
      faults.add(
        at,
        `services.${name}.${key}`,
        message,
        `ask for --profile ${profiles[0]}, or take the profile away`,
      )
    }
  }
}

function needed(service: Tree) {
  const on = child(service, 'depends_on')
  const named = on?.kind === 'map' ? [...on.entries] : []
  return [
    ...named
      .filter(([, { value }]) => plain(child(value, 'required') ?? value) !== false)
      .map(([name, { at }]) => ({ name, key: 'depends_on', at })),
    ...impliedBy(service),
  ]
}

function profilesOf(service: Tree | undefined): readonly string[] {
  const list = child(service, 'profiles')
  return list?.kind === 'list' ? list.items.map((item) => String(plain(item))) : []
}
