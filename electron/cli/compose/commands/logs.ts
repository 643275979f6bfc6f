/** `logs`: what containers have written, and with --follow what they write. */
import { follow } from '../../../../engine/compose/operate/follow.ts'
import { mergedLogs } from '../../../../engine/compose/operate/logs.ts'
import { select } from '../../../../engine/compose/operate/select.ts'
import { EngineError } from '../../../../engine/errors.ts'
import type { Call, Command } from '../command.ts'
import { LogPrinter } from '../log-printer.ts'
import { momentOf } from '../moment.ts'
import { interrupted, write } from '../terminal.ts'

export const logs: Command = {
  summary: 'Show what containers write',
  usage:
    '[-f] [-n LINES] [--since TIME] [--until TIME] [-t] [--no-color] [--no-log-prefix] [--index N] [SERVICE...]',
  flags: {
    follow: { type: 'boolean', short: 'f' },
    tail: { type: 'string', short: 'n' },
    since: { type: 'string' },
    until: { type: 'string' },
    timestamps: { type: 'boolean', short: 't' },
    'no-color': { type: 'boolean' },
    'no-log-prefix': { type: 'boolean' },
    index: { type: 'string' },
  },
  async run(call) {
    const { flags } = call
    const [client, { name, project }, containers] = await Promise.all([
      call.client(),
      call.known(),
      call.containers(),
    ])
    const chosen = select(containers, { services: call.names, index: flags.whole('index') }, project)
    const time = (flag: string) => {
      const text = flags.text(flag)
      return text === undefined ? undefined : momentOf(text, Date.now())
    }
    const request = {
      tail: tailOf(flags.text('tail')),
      since: time('since'),
      until: time('until'),
      timestamps: flags.yes('timestamps'),
    }
    const printer = new LogPrinter(name, {
      colour: coloured(call) && !flags.yes('no-color'),
      prefix: !flags.yes('no-log-prefix'),
    })
    printer.expect(chosen)
    const signal = interrupted()
    if (!flags.yes('follow')) {
      for await (const line of mergedLogs(client, chosen, { ...request, follow: false, signal }))
        await write(process.stdout, printer.print(line))
      return 0
    }
    const wanted = (service: string) => call.names.length === 0 || call.names.includes(service)
    for await (const happening of follow(client, { project: name, wanted, request, stopped: true, signal })) {
      await write(
        process.stdout,
        happening.kind === 'line'
          ? printer.print(happening.line)
          : printer.say(happening.container, `exited with code ${happening.code}`),
      )
    }
    return signal.aborted ? 130 : 0
  },
}

/** Whether stdout is to have colours. */
export function coloured({ options }: Call): boolean {
  if (options.ansi !== 'auto') return options.ansi === 'always'
  return process.stdout.isTTY === true && !process.env.NO_COLOR
}

function tailOf(text: string | undefined): number | undefined {
  if (text === undefined || text === 'all') return undefined
  if (!/^\d+$/.test(text)) throw new EngineError('invalid', `--tail ${text}: it needs a whole number, or all`)
  return Number(text)
}
