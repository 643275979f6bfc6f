/** `down`: everything that the project has on the engine, whatever profiles it was brought up with. */
import { planDown } from '../../../../engine/compose/plan/down.ts'
import { carryOut } from '../carry-out.ts'
import { bareProject, type Command } from '../command.ts'

export const down: Command = {
  summary: 'Stop and remove containers and networks',
  usage: '[-v] [--rmi all|local] [--remove-orphans] [-t SECONDS]',
  flags: {
    volumes: { type: 'boolean', short: 'v' },
    'remove-orphans': { type: 'boolean' },
    rmi: { type: 'string' },
    timeout: { type: 'string', short: 't' },
  },
  async run(call) {
    const { name, project } = await call.known()
    const subject = project ?? bareProject(name)
    const images = call.flags.oneOf('rmi', ['all', 'local'])
    const grace = call.flags.whole('timeout')
    const plan = planDown(subject, await call.observed(subject), {
      volumes: call.flags.yes('volumes'),
      // Without files nothing says that a service is gone.
      removeOrphans: call.flags.yes('remove-orphans') || project === undefined,
      ...(images === undefined ? {} : { images }),
      ...(grace === undefined ? {} : { graceSeconds: grace }),
    })
    await carryOut(plan, subject, call)
    return 0
  },
}
