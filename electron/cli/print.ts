/** What scripts ask for, over the contract: one object a line, columns by tabs. */

import { EngineError } from '../../engine/errors.ts'
import { startServices } from '../router/start-services.ts'
import type { CliOptions } from './options.ts'
import { servicesOptions } from './places.ts'

const ENGINE = { engine: 'embedded' }

/** Id, state, name, image. */
export async function printContainers(options: CliOptions, version: string): Promise<number> {
  const services = startServices(servicesOptions(options, version))
  try {
    for (const row of await firstRows(await services.client.containers.watch(ENGINE))) {
      console.log([row.id.slice(0, 12), row.state.kind, row.name, row.image].join('\t'))
    }
    return 0
  } finally {
    services.close()
  }
}

/** Id, bytes, tags. */
export async function printImages(options: CliOptions, version: string): Promise<number> {
  const services = startServices(servicesOptions(options, version))
  try {
    for (const row of await firstRows(await services.client.images.watch(ENGINE))) {
      console.log([row.id.replace('sha256:', '').slice(0, 12), row.sizeBytes, row.tags.join(' ')].join('\t'))
    }
    return 0
  } finally {
    services.close()
  }
}

type Message<Row> =
  | { readonly type: 'reset'; readonly rows: readonly Row[] }
  | { readonly type: 'patch' }
  | { readonly type: 'stale'; readonly reason: string }

/** The list as it is first read; throws when the engine cannot be had. */
async function firstRows<Row>(messages: AsyncIterable<Message<Row>>): Promise<readonly Row[]> {
  for await (const message of messages) {
    if (message.type === 'reset') return message.rows
    if (message.type === 'stale') throw new EngineError('unavailable', message.reason)
  }
  throw new EngineError('unavailable', 'the engine said nothing')
}
