/** `rm`: removes containers that do not run, and with --stop the others too. Asks unless told not to. */
import { createInterface } from 'node:readline/promises'
import { dependenciesOf, select } from '../../../../engine/compose/operate/select.ts'
import { planLifecycle } from '../../../../engine/compose/plan/lifecycle.ts'
import { carryOut } from '../carry-out.ts'
import { bareProject, type Command } from '../command.ts'

export const rm: Command = {
  summary: 'Remove containers that do not run',
  usage: '[-f] [-s] [-v] [SERVICE...]',
  flags: {
    force: { type: 'boolean', short: 'f' },
    stop: { type: 'boolean', short: 's' },
    volumes: { type: 'boolean', short: 'v' },
  },
  async run(call) {
    const [containers, { name, project }] = await Promise.all([call.containers(), call.known()])
    const plan = planLifecycle(
      { kind: 'remove', stop: call.flags.yes('stop'), volumes: call.flags.yes('volumes') },
      select(containers, { services: call.names }, project),
      dependenciesOf(containers, project),
      project,
    )
    if (plan.steps.length === 0) {
      console.error('No stopped containers')
      return 0
    }
    const names = plan.changes.map((change) => change.name).join(', ')
    if (!call.flags.yes('force') && !(await agreed(`Going to remove ${names}. Are you sure? [yN] `))) return 0
    await carryOut(plan, project ?? bareProject(name), call)
    return 0
  },
}

/** Nothing said, or the end of the input, is no. */
async function agreed(question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<string>((resolve) => asking.once('close', () => resolve('')))
  try {
    return /^y(es)?$/i.test((await Promise.race([asking.question(question), ended])).trim())
  } finally {
    asking.close()
  }
}
