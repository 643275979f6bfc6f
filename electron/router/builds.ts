/** The contract's builds. */
import { openFolder, saveDockerfile } from '../services/builds/folder.ts'
import { os } from './implementer.ts'

export const builds = {
  watch: os.builds.watch.handler(({ context, input, signal }) =>
    context.services.engines.get(input.engine).objects.builds.watch(signal),
  ),
  follow: os.builds.follow.handler(({ context, input, signal }) =>
    context.services.builds.follow(input.engine, input.id, signal),
  ),
  log: os.builds.log.handler(({ context, input, signal }) =>
    context.services.builds.log(input.engine, input.id, input.step, signal),
  ),
  start: os.builds.start.handler(({ context, input }) => context.services.builds.start(input)),
  command: os.builds.command.handler(({ context, input }) => context.services.builds.command(input)),
  cancel: os.builds.cancel.handler(({ context, input }) =>
    context.services.builds.cancel(input.engine, input.id),
  ),
  forget: os.builds.forget.handler(({ context, input }) =>
    context.services.builds.forget(input.engine, input.id),
  ),
  shell: os.builds.shell.handler(({ context, input }) =>
    context.services.builds.shell(input.engine, input.id, input.step),
  ),
  openFolder: os.builds.openFolder.handler(({ input }) => openFolder(input.path, input.dockerfile)),
  save: os.builds.save.handler(({ input }) =>
    saveDockerfile(input.folder, input.dockerfile, input.before, input.text),
  ),
  check: os.builds.check.handler(({ context, input }) => context.services.builds.check(input.text)),
  format: os.builds.format.handler(({ context, input }) => context.services.builds.format(input.text)),
  complete: os.builds.complete.handler(({ context, input }) =>
    context.services.builds.complete(input.engine, input.text, input),
  ),
  hover: os.builds.hover.handler(({ context, input }) => context.services.builds.hover(input.text, input)),
}
