/** The contract's containers. */
import { parseRunLine } from '../services/containers/parse-run-line.ts'
import { checkPort } from '../services/containers/ports.ts'
import { composeYaml, dockerRunLine } from '../services/containers/preview.ts'
import { watchUsage } from '../services/containers/usage.ts'
import { os } from './implementer.ts'

export const containers = {
  watch: os.containers.watch.handler(({ context, input, signal }) =>
    context.services.engines.get(input.engine).objects.containers.watch(signal),
  ),
  usage: os.containers.usage.handler(({ context, input, signal }) =>
    watchUsage(context.services.engines.get(input.engine), input.ids, signal),
  ),
  detail: os.containers.detail.handler(({ context, input }) =>
    context.services.containers.detail(input.engine, input.id),
  ),
  runHints: os.containers.runHints.handler(({ context, input }) =>
    context.services.containers.runHints(input.engine, input.image),
  ),
  checkPort: os.containers.checkPort.handler(({ context, input }) =>
    checkPort(context.services.engines.get(input.engine), input),
  ),
  preview: os.containers.preview.handler(({ input }) => ({
    dockerRun: dockerRunLine(input),
    compose: composeYaml(input),
  })),
  parseRunLine: os.containers.parseRunLine.handler(({ input }) => parseRunLine(input.engine, input.line)),
  run: os.containers.run.handler(({ context, input }) => context.services.containers.run(input)),
  start: os.containers.start.handler(({ context, input }) =>
    context.services.containers.start(input.engine, input.id),
  ),
  stop: os.containers.stop.handler(({ context, input }) =>
    context.services.containers.stop(input.engine, input.id, input.graceSeconds),
  ),
  restart: os.containers.restart.handler(({ context, input }) =>
    context.services.containers.restart(input.engine, input.id),
  ),
  kill: os.containers.kill.handler(({ context, input }) =>
    context.services.containers.kill(input.engine, input.id, input.signal),
  ),
  pause: os.containers.pause.handler(({ context, input }) =>
    context.services.containers.pause(input.engine, input.id),
  ),
  unpause: os.containers.unpause.handler(({ context, input }) =>
    context.services.containers.unpause(input.engine, input.id),
  ),
  rename: os.containers.rename.handler(({ context, input }) =>
    context.services.containers.rename(input.engine, input.id, input.name),
  ),
  removalPlan: os.containers.removalPlan.handler(({ context, input }) =>
    context.services.containers.removalPlan(input.engine, input.id),
  ),
  remove: os.containers.remove.handler(({ context, input }) =>
    context.services.containers.remove(input.engine, input.id, input),
  ),
}
