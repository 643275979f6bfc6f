/** The contract, ready to be implemented with the services at hand. */
import { implement } from '@orpc/server'
import { contract } from '../contract/contract.ts'
import type { Services } from '../services/services.ts'

/** What every handler is given. */
export interface RouterContext {
  readonly services: Services
}

export const os = implement(contract).$context<RouterContext>()
