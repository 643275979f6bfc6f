/** `up` without -d: logs of what runs, until it ends, or until ctrl-C stops it; a second ctrl-C kills. */

import type { Project } from '../../../engine/compose/load/project.ts'
import { observeContainers } from '../../../engine/compose/observe.ts'
import { follow } from '../../../engine/compose/operate/follow.ts'
import { dependenciesOf } from '../../../engine/compose/operate/select.ts'
import { planLifecycle } from '../../../engine/compose/plan/lifecycle.ts'
import { carryOut } from './carry-out.ts'
import type { Call } from './command.ts'
import { LogPrinter } from './log-printer.ts'
import { write } from './terminal.ts'

export interface ForegroundOptions {
  readonly project: Project
  /** Services that are brought up. */
  readonly services: ReadonlySet<string>
  /** Services whose logs are shown. */
  readonly shown: ReadonlySet<string>
  /** Stop everything when a container ends: any, or one that failed. */
  readonly abortOn: 'exit' | 'failure' | undefined
  /** The service whose code is the command's. */
  readonly codeFrom: string | undefined
  readonly graceSeconds: number | undefined
  readonly colour: boolean
  readonly prefix: boolean
  readonly timestamps: boolean
  /** Brings it up; ends early when the signal aborts. */
  readonly bringUp: (signal: AbortSignal) => Promise<void>
}

/** Resolves to the exit code. */
export async function foreground(call: Call, options: ForegroundOptions): Promise<number> {
  const client = await call.client()
  const { project } = options
  const bringing = new AbortController()
  const over = new AbortController()
  const printer = new LogPrinter(project.name, { colour: options.colour, prefix: options.prefix })
  for (const name of options.shown) {
    const service = project.services[name]
    printer.widen(
      (service?.container_name ?? `${name}-${service?.scale ?? service?.deploy?.replicas ?? 1}`).length,
    )
  }
  let code = 0
  let stopping: Promise<void> | undefined
  const end = async (kind: 'stop' | 'kill') => {
    bringing.abort()
    await up.catch(() => undefined)
    const all = await observeContainers(client, project.name)
    const own = all.filter(({ service, oneoff }) => !oneoff && options.services.has(service))
    const request =
      kind === 'kill'
        ? ({ kind: 'kill', signal: 'SIGKILL' } as const)
        : ({ kind: 'stop', graceSeconds: options.graceSeconds } as const)
    const plan = planLifecycle(request, own, dependenciesOf(own, project), project)
    await carryOut(plan, project, call, { signal: over.signal })
  }
  const onSignal = () => {
    if (!stopping) {
      console.error('Gracefully stopping... (press Ctrl+C again to force)')
      code = 130
      stopping = end('stop')
      stopping.catch(() => undefined)
    } else void end('kill').catch(() => undefined)
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const up = options.bringUp(bringing.signal)
  up.catch(() => undefined)
  try {
    const happenings = follow(client, {
      project: project.name,
      // An end matters of services that are not shown, too.
      wanted: (service) => options.services.has(service),
      request: { timestamps: options.timestamps, since: (Date.now() / 1000).toFixed(3) },
      stopped: false,
      notBefore: up,
      signal: over.signal,
    })
    for await (const happening of happenings) {
      if (happening.kind === 'line') {
        if (options.shown.has(happening.line.container.service))
          await write(process.stdout, printer.print(happening.line))
        continue
      }
      const { container } = happening
      await write(process.stdout, printer.say(container, `exited with code ${happening.code}`))
      const failed = happening.code !== 0
      if (options.codeFrom === container.service && !stopping) code = happening.code
      if (!stopping && (options.abortOn === 'exit' || (options.abortOn === 'failure' && failed))) {
        if (options.codeFrom === undefined) code = happening.code
        console.error(`Aborting on container ${failed ? 'failure' : 'exit'}...`)
        stopping = end('stop')
        stopping.catch(() => undefined)
      }
    }
    // What went wrong on the way up is told last, after what the containers said of it.
    if (!stopping) await up
    await stopping
    return code
  } finally {
    over.abort()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}
