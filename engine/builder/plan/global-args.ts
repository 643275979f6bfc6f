/** Arguments before the first FROM, and those that are always there. */
import type { ArgInstruction } from '../parse/tree.ts'
import type { BuildRequest } from '../request.ts'
import type { Environment } from './environment.ts'
import type { Expander } from './expansion.ts'

/** Arguments that may be given without being declared (Dockerfile reference, "Predefined ARGs"); in both cases. */
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY']

/** The global scope: `predefined` ones, then each ARG, as given or by its default. */
export function globalScope(
  declared: readonly ArgInstruction[],
  predefined: Environment,
  given: BuildRequest['args'],
  expander: Expander,
): Environment {
  let scope = predefined
  for (const name of predefined.names()) {
    const value = given.get(name)
    if (value !== undefined) scope = scope.with(name, value)
  }
  for (const { pairs } of declared) {
    for (const { name, value } of pairs) {
      const own = given.get(name.text)
      if (own !== undefined) scope = scope.with(name.text, own)
      else if (value !== null) scope = scope.with(name.text, expander.word(value, { env: scope, args: [] }))
    }
  }
  return scope
}

/** Variables of the proxies that were given as arguments, each in capitals and not, as programs ask for either. */
export function proxyEnv(given: BuildRequest['args']): readonly string[] {
  return PROXIES.flatMap((name) => {
    const value = given.get(name) ?? given.get(name.toLowerCase())
    return value === undefined ? [] : [`${name}=${value}`, `${name.toLowerCase()}=${value}`]
  })
}

/** Whether an argument is taken although no ARG names it. */
export function isPredefined(name: string): boolean {
  return (
    PROXIES.includes(name.toUpperCase()) ||
    name.startsWith('BUILDKIT_') ||
    name === 'SOURCE_DATE_EPOCH' ||
    /^(?:BUILD|TARGET)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT|STAGE)$/.test(name)
  )
}
