/** Build arguments as the history keeps them. */
import { PROXY_ARGUMENTS } from '../../builder/parse/variables.ts'
import { withoutPassword } from '../../builder/plan/without-password.ts'

/** All of them; the addresses of proxies without passwords. */
export function shownArgs(args: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...args].map(([name, value]) => [name, PROXY_ARGUMENTS.includes(name) ? shownProxy(value) : value]),
  )
}

/** Programs take a proxy without a scheme too, as one of http (curl, "--proxy"). */
function shownProxy(value: string): string {
  if (value.includes('://')) return withoutPassword(value)
  const scheme = 'http://'
  return withoutPassword(`${scheme}${value}`).slice(scheme.length)
}
