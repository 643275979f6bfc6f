/** The contract's images. */
import { os } from './implementer.ts'

export const images = {
  watch: os.images.watch.handler(({ context, input, signal }) =>
    context.services.engines.get(input.engine).objects.images.watch(signal),
  ),
  detail: os.images.detail.handler(({ context, input }) =>
    context.services.images.detail(input.engine, input.id),
  ),
  pull: os.images.pull.handler(({ context, input }) => {
    const task = context.services.images.pull(input.engine, input.reference, input.credentials)
    return { task: task.id, command: task.command, warnings: [] }
  }),
  tag: os.images.tag.handler(({ context, input }) =>
    context.services.images.tag(input.engine, input.id, input.reference),
  ),
  remove: os.images.remove.handler(({ context, input }) =>
    context.services.images.remove(input.engine, input.id, input.force),
  ),
}
