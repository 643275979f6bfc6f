/** The contract's volumes. */
import { os } from './implementer.ts'

export const volumes = {
  watch: os.volumes.watch.handler(({ context, input, signal }) =>
    context.services.engines.get(input.engine).objects.volumes.watch(signal),
  ),
  create: os.volumes.create.handler(({ context, input }) =>
    context.services.volumes.create(input.engine, input.name, input.labels ?? {}),
  ),
  remove: os.volumes.remove.handler(({ context, input }) =>
    context.services.volumes.remove(input.engine, input.name, input.force),
  ),
}
