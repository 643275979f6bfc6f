/** `ls`: every project of the engine; `events`: what happens to one. */

import { projectsOf } from '../../../../engine/compose/operate/projects.ts'
import { LABEL } from '../../../../engine/compose/plan/desired/labels.ts'
import { EngineError } from '../../../../engine/errors.ts'
import type { Command } from '../command.ts'
import { momentOf } from '../moment.ts'
import { printTable } from '../table.ts'
import { interrupted, write } from '../terminal.ts'

export const ls: Command = {
  summary: 'List projects',
  usage: '[-a] [-q] [--filter name=NAME] [--format table|json]',
  flags: {
    all: { type: 'boolean', short: 'a' },
    quiet: { type: 'boolean', short: 'q' },
    filter: { type: 'string', multiple: true },
    format: { type: 'string' },
  },
  async run(call) {
    const { flags } = call
    const names = flags.list('filter').map((filter) => {
      if (!filter.startsWith('name='))
        throw new EngineError('invalid', `--filter ${filter}: only name=... can be asked for`)
      return new RegExp(filter.slice(5))
    })
    const all = await projectsOf(await call.client())
    const shown = all
      .filter(({ name }) => names.length === 0 || names.some((pattern) => pattern.test(name)))
      .filter(({ states }) => flags.yes('all') || states.has('running'))
      .map(({ name, states, files }) => ({
        Name: name,
        Status: [...states].map(([state, count]) => `${state}(${count})`).join(', '),
        ConfigFiles: files.join(','),
      }))
    if (flags.yes('quiet')) for (const { Name } of shown) console.log(Name)
    else if (flags.oneOf('format', ['table', 'json']) === 'json') console.log(JSON.stringify(shown))
    else {
      const rows = shown.map(({ Name, Status, ConfigFiles }) => [Name, Status, ConfigFiles])
      process.stdout.write(printTable(['NAME', 'STATUS', 'CONFIG FILES'], rows))
    }
    return 0
  },
}

export const events: Command = {
  summary: 'Tell what happens to containers',
  usage: '[--json] [--since TIME] [--until TIME] [SERVICE...]',
  flags: { json: { type: 'boolean' }, since: { type: 'string' }, until: { type: 'string' } },
  async run(call) {
    const { flags } = call
    const [client, { name }] = await Promise.all([call.client(), call.known()])
    const time = (flag: string) => {
      const text = flags.text(flag)
      return text === undefined ? undefined : momentOf(text, Date.now())
    }
    const signal = interrupted()
    const told = await client.events({
      filters: { type: ['container'], label: [`${LABEL.project}=${name}`] },
      since: time('since'),
      until: time('until'),
      signal,
    })
    for await (const { Action, Actor, timeNano } of told) {
      const { [LABEL.service]: service = '', ...labels } = Actor.Attributes ?? {}
      if (call.names.length > 0 && !call.names.includes(service)) continue
      const at = new Date(timeNano / 1e6).toISOString()
      const attributes = Object.fromEntries(
        Object.entries(labels).filter(([key]) => !key.startsWith('com.docker.compose.')),
      )
      const words = Object.entries(attributes).map(([key, value]) => `${key}=${value}`)
      await write(
        process.stdout,
        flags.yes('json')
          ? `${JSON.stringify({ action: Action, attributes, id: Actor.ID, service, time: at, type: 'container' })}\n`
          : `${at.replace('T', ' ').replace('Z', '')} container ${Action} ${Actor.ID} (${words.join(', ')})\n`,
      )
    }
    return 0
  },
}
