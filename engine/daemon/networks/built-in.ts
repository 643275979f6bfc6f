/** The networks that are always there. */
import { createHash } from 'node:crypto'

/** Ids of host and none: the same in every engine of ours, as nothing depends on them. */
export const HOST_NETWORK_ID = fixedId('host')
export const NONE_NETWORK_ID = fixedId('none')

function fixedId(name: string): string {
  return createHash('sha256').update(`longshore network ${name}`).digest('hex')
}
