/** The contract's logs. */
import { os } from './implementer.ts'

export const logs = {
  follow: os.logs.follow.handler(({ context, input, signal }) =>
    context.services.logs.follow(input.engine, input.id, input, signal),
  ),
}
