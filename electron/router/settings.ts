/** The contract's settings of the application itself. */
import { os } from './implementer.ts'

export const settings = {
  watch: os.settings.watch.handler(({ context, signal }) => context.services.settings.watch(signal)),
  update: os.settings.update.handler(({ context, input }) =>
    context.services.settings.update(withoutUndefined(input)),
  ),
  commandLog: os.settings.commandLog.handler(({ context }) => context.services.commandLog.records),
  about: os.settings.about.handler(({ context }) => ({
    version: context.services.options.version,
    shell: context.services.options.shell,
    node: process.version,
    stateDirectory: context.services.options.stateDirectory,
  })),
}

/** A field that is undefined was not meant to be changed. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
