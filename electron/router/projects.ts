/** The contract's projects. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { parseRunLine } from '../services/containers/parse-run-line.ts'
import { composeYaml } from '../services/containers/preview.ts'
import { completeText, hoverText } from '../services/editing/editing.ts'
import { shortName } from '../services/images/reference.ts'
import { projectsFolder } from '../services/projects/make.ts'
import { os } from './implementer.ts'

export const projects = {
  watch: os.projects.watch.handler(({ context, input, signal }) =>
    context.services.projects.watch(input.engine, signal),
  ),
  watchFiles: os.projects.watchFiles.handler(({ context, input, signal }) =>
    context.services.projects.watchFiles(input.engine, input.name, signal),
  ),
  saveDraft: os.projects.saveDraft.handler(({ context, input }) =>
    context.services.projects.saveDraft(input.engine, input.name, input.texts),
  ),
  diagnose: os.projects.diagnose.handler(({ context, input }) =>
    context.services.projects.diagnose(input.engine, input.name, input.texts),
  ),
  complete: os.projects.complete.handler(({ context, input }) =>
    completeText(context.services.engines.get(input.engine), input),
  ),
  hover: os.projects.hover.handler(({ input }) => hoverText(input)),
  plan: os.projects.plan.handler(({ context, input }) =>
    context.services.projects.plan(input.engine, input.name, input.texts, input.intent),
  ),
  apply: os.projects.apply.handler(({ context, input }) =>
    context.services.projects.apply(input.engine, input.name, input.texts, input.intent, input.fingerprint),
  ),
  act: os.projects.act.handler(({ context, input }) =>
    context.services.projects.act(input.engine, input.name, input.service, input.act),
  ),
  map: os.projects.map.handler(({ context, input }) =>
    context.services.projects.map(input.engine, input.name),
  ),
  open: os.projects.open.handler(({ context, input }) =>
    context.services.projects.open(input.engine, input.path),
  ),
  suggestFolder: os.projects.suggestFolder.handler(async ({ input }) => {
    const directory = path.join(projectsFolder(), input.name)
    const taken = await stat(directory).then(
      () => true,
      () => false,
    )
    return { directory, taken }
  }),
  create: os.projects.create.handler(({ context, input }) =>
    context.services.projects.create(input.engine, input.name, input.directory, input),
  ),
  fromContainers: os.projects.fromContainers.handler(({ context, input }) =>
    context.services.projects.fromContainers(input.engine, input.ids),
  ),
  fromRunLine: os.projects.fromRunLine.handler(({ input }) => {
    const run = parseRunLine(input.engine, input.line)
    return { compose: composeYaml(run), suggestedName: run.name || shortName(run.image) }
  }),
  forget: os.projects.forget.handler(({ context, input }) =>
    context.services.projects.forget(input.engine, input.name),
  ),
}
