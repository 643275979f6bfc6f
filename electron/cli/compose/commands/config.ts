/** `config`: the project as it is understood; `version`: what this is. */
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { configHash, imageOf } from '../../../../engine/compose/plan/identity.ts'
import type { Command } from '../command.ts'
import { printProject } from '../print-project.ts'

export const config: Command = {
  summary: 'Print the project as it is understood',
  usage:
    '[--format yaml|json] [-o FILE] [--no-interpolate] [-q] [--services|--volumes|--networks|--images|--profiles|--hash SERVICES]',
  flags: {
    format: { type: 'string' },
    quiet: { type: 'boolean', short: 'q' },
    services: { type: 'boolean' },
    volumes: { type: 'boolean' },
    networks: { type: 'boolean' },
    images: { type: 'boolean' },
    profiles: { type: 'boolean' },
    hash: { type: 'string' },
    'no-interpolate': { type: 'boolean' },
    output: { type: 'string', short: 'o' },
  },
  async run(call) {
    const { flags } = call
    const literal = flags.yes('no-interpolate')
    const { project } = await (literal ? call.literal() : call.loaded())
    const services = Object.values(project.services).filter(
      ({ name }) => call.names.length === 0 || call.names.includes(name),
    )
    const lines = (list: Iterable<string>) => {
      for (const line of list) console.log(line)
      return 0
    }
    if (flags.yes('quiet')) return 0
    if (flags.yes('services')) return lines(services.map(({ name }) => name))
    if (flags.yes('volumes')) return lines(Object.keys(project.volumes))
    if (flags.yes('networks')) return lines(Object.keys(project.networks))
    if (flags.yes('images')) return lines(new Set(services.map((each) => imageOf(project, each))))
    if (flags.yes('profiles')) {
      const all = [...Object.values(project.services), ...Object.values(project.disabled)]
      return lines([...new Set(all.flatMap(({ profiles }) => profiles ?? []))].toSorted())
    }
    const hashed = flags.text('hash')
    if (hashed !== undefined) {
      const wanted = hashed === '*' ? undefined : hashed.split(',')
      return lines(
        services
          .filter(({ name }) => !wanted || wanted.includes(name))
          .map((service) => `${service.name} ${configHash(service)}`),
      )
    }
    const format = flags.oneOf('format', ['yaml', 'json']) ?? 'yaml'
    const chosen = { ...project, services: Object.fromEntries(services.map((each) => [each.name, each])) }
    const text = printProject(chosen, format, literal)
    const output = flags.text('output')
    if (output === undefined) process.stdout.write(text)
    else await writeFile(output, text)
    return 0
  },
}

export const version: Command = {
  summary: 'Print the version',
  usage: '[--short] [-f pretty|json]',
  flags: { short: { type: 'boolean' }, format: { type: 'string', short: 'f' } },
  async run({ flags }) {
    const { version: own } = JSON.parse(
      readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'),
    ) as { readonly version: string }
    const json = flags.oneOf('format', ['pretty', 'json']) === 'json'
    console.log(
      json ? JSON.stringify({ version: own }) : flags.yes('short') ? own : `Longshore Compose version ${own}`,
    )
    return 0
  },
}
