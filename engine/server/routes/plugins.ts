/** Calls for managed plugins, of which this engine has none. */
import { EngineError } from '../../errors.ts'
import { answer, type Call, param } from '../call.ts'
import type { Route } from '../router.ts'

export function pluginRoutes(): Route[] {
  const none = (call: Call): never => {
    throw new EngineError('not-found', `plugin "${param(call, 'name')}" not found`)
  }
  const refuse = (): never => {
    throw new EngineError('not-implemented', 'plugins are not supported by this engine')
  }
  return [
    { method: 'GET', pattern: '/plugins', handler: (call) => answer(call, 200, []) },
    { method: 'GET', pattern: '/plugins/privileges', handler: refuse },
    { method: 'POST', pattern: '/plugins/pull', handler: refuse },
    { method: 'POST', pattern: '/plugins/create', handler: refuse },
    { method: 'GET', pattern: '/plugins/{name*}/json', handler: none },
    { method: 'DELETE', pattern: '/plugins/{name*}', handler: none },
    ...['enable', 'disable', 'upgrade', 'push', 'set'].map((verb) => ({
      method: 'POST',
      pattern: `/plugins/{name*}/${verb}`,
      handler: none,
    })),
  ]
}
