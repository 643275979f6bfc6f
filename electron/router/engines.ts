/** The contract's engines. */
import { checkHost } from '../services/engines/host-check.ts'
import { os } from './implementer.ts'

export const engines = {
  watch: os.engines.watch.handler(({ context, signal }) => context.services.engines.watch(signal)),
  summary: os.engines.summary.handler(({ context, input, signal }) =>
    context.services.engines.summary(input.engine, signal),
  ),
  add: os.engines.add.handler(({ context, input }) =>
    context.services.engines.add(input.name, input.endpoint),
  ),
  remove: os.engines.remove.handler(({ context, input }) => context.services.engines.remove(input.engine)),
  reconnect: os.engines.reconnect.handler(({ context, input }) => {
    context.services.engines.get(input.engine).reconnect()
  }),
  checkHost: os.engines.checkHost.handler(({ context }) => checkHost(context.services.options.embedded)),
}
