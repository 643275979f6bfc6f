/** `ps`: the containers of a project. */
import type { ContainerSummary } from '../../../../engine/client/shapes.ts'
import { select } from '../../../../engine/compose/operate/select.ts'
import { EngineError } from '../../../../engine/errors.ts'
import type { Command } from '../command.ts'
import { psJson, psTable } from '../print-services.ts'

export const ps: Command = {
  summary: 'List containers',
  usage:
    '[-a] [-q] [--services] [--status STATUS] [--filter status=STATUS] [--format table|json] [SERVICE...]',
  flags: {
    all: { type: 'boolean', short: 'a' },
    quiet: { type: 'boolean', short: 'q' },
    services: { type: 'boolean' },
    status: { type: 'string', multiple: true },
    filter: { type: 'string', multiple: true },
    format: { type: 'string' },
    'no-trunc': { type: 'boolean' },
    orphans: { type: 'boolean' },
  },
  async run(call) {
    const { flags } = call
    const statuses = [...flags.list('status'), ...flags.list('filter').map(statusOf)]
    const [client, { name, project }] = await Promise.all([call.client(), call.known()])
    const [containers, rows] = await Promise.all([
      call.containers(),
      client.containers.list({ label: [`com.docker.compose.project=${name}`] }),
    ])
    const byId = new Map<string, ContainerSummary>(rows.map((row) => [row.Id, row]))
    const all = flags.yes('all') || statuses.length > 0
    const shown = select(containers, { services: call.names }, project)
      .filter(({ inspect }) => all || inspect.State.Running)
      .filter(({ inspect }) => statuses.length === 0 || statuses.includes(inspect.State.Status))
      .flatMap((container) => {
        const summary = byId.get(container.inspect.Id)
        return summary ? [{ ...container, summary }] : []
      })
    if (flags.yes('quiet')) process.stdout.write(shown.map(({ inspect }) => `${inspect.Id}\n`).join(''))
    else if (flags.yes('services')) {
      for (const service of new Set(shown.map((each) => each.service))) console.log(service)
    } else if (flags.oneOf('format', ['table', 'json']) === 'json') {
      process.stdout.write(psJson(name, shown))
    } else process.stdout.write(psTable(shown, !flags.yes('no-trunc')))
    return 0
  },
}

function statusOf(filter: string): string {
  const [key, value = ''] = filter.split('=')
  if (key !== 'status' || value === '')
    throw new EngineError('invalid', `--filter ${filter}: only status=... can be asked for`)
  return value
}
