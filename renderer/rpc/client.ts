/** The typed client of the contract over any link. */
import type { ClientLink } from '@orpc/client'
import { createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../electron/contract/contract.ts'
import type { CallContext } from './connection.ts'

/** Every use case as a method; a call may carry `{ context: { safe: true } }`. */
export type Client = ContractRouterClient<Contract, CallContext>

/** Makes the client over `link` (a `Connection`). */
export function createClient(link: ClientLink<CallContext>): Client {
  return createORPCClient<Client>(link)
}
