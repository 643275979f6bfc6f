/** The contract's tasks. */
import { os } from './implementer.ts'

export const tasks = {
  watch: os.tasks.watch.handler(({ context, signal }) => context.services.tasks.watch(signal)),
  cancel: os.tasks.cancel.handler(({ context, input }) => context.services.tasks.cancel(input.id)),
  dismiss: os.tasks.dismiss.handler(({ context, input }) => context.services.tasks.dismiss(input.id)),
}
