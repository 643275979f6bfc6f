/** The contract's terminals. */
import { os } from './implementer.ts'

export const terminals = {
  watch: os.terminals.watch.handler(({ context, signal }) => context.services.terminals.watch(signal)),
  open: os.terminals.open.handler(({ context, input }) => context.services.terminals.open(input)),
  attach: os.terminals.attach.handler(({ context, input, signal }) =>
    context.services.terminals.attach(input.id, signal),
  ),
  write: os.terminals.write.handler(({ context, input }) =>
    context.services.terminals.write(input.id, input.data),
  ),
  resize: os.terminals.resize.handler(({ context, input }) =>
    context.services.terminals.resize(input.id, input.rows, input.cols),
  ),
  close: os.terminals.close.handler(({ context, input }) => context.services.terminals.close(input.id)),
}
