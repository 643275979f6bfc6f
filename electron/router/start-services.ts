/** What a shell needs of Longshore: the services, running, and each window's channel answered by the whole contract. */
import type { RouterClient } from '@orpc/server'
import { createRouterClient } from '@orpc/server'
import type { ServicesOptions } from '../services/services.ts'
import { createServices } from '../services/services.ts'
import { router } from './router.ts'
import type { ServerChannel } from './rpc-server.ts'
import { serveChannel } from './rpc-server.ts'

export type { ServicesOptions } from '../services/services.ts'

/** The services of one process. */
export interface RunningServices {
  /** Answers a window's calls until its channel closes. */
  serve(channel: ServerChannel): void
  /** The contract called in this process, for the command line. */
  readonly client: RouterClient<typeof router>
  /** Ends them; see `Services.close`. */
  close(): void
}

/** Starts the services. Throws when the state folder cannot be used. */
export function startServices(options: ServicesOptions): RunningServices {
  const services = createServices(options)
  return {
    client: createRouterClient(router, { context: { services } }),
    serve: (channel) => serveChannel(router, { services }, channel),
    close: () => services.close(),
  }
}
