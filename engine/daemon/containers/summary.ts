/** Rows of the list. Each is kept as JSON text until its container changes; only the status text is put in anew. */
import type { ContainerSummary } from '../../api/container.ts'
import type { NetworkRegistry } from '../networks/network-registry.ts'
import type { Container } from './container.ts'
import { commandOf } from './define.ts'
import { wireState } from './lifecycle.ts'
import { mountPoint } from './mounts/mount-point.ts'
import { endpointMap } from './network-view.ts'
import { portSummaries } from './ports.ts'
import { statusText } from './status-text.ts'

/** What rows show of the rest of the engine. */
export interface RowContext {
  readonly networks: NetworkRegistry
  readonly volumePath: (name: string) => string
}

interface Row {
  readonly revision: number
  readonly before: string
  readonly after: string
}

/** Stands in the text where the status goes; no JSON text can hold it unescaped. */
const MARK = '\u0000status\u0000'
const MARK_JSON = JSON.stringify(MARK)

export class SummaryCache {
  readonly #rows = new WeakMap<Container, Row>()
  readonly #context: RowContext

  constructor(context: RowContext) {
    this.#context = context
  }

  /** The row's JSON at the moment `now` (Unix milliseconds). */
  text(container: Container, now: number): string {
    let row = this.#rows.get(container)
    if (row?.revision !== container.revision) {
      const text = JSON.stringify(summary(container, MARK, this.#context))
      const at = text.indexOf(MARK_JSON)
      row = {
        revision: container.revision,
        before: text.slice(0, at),
        after: text.slice(at + MARK_JSON.length),
      }
      this.#rows.set(container, row)
    }
    return `${row.before}"${statusText(container.standing.life, now, container.health?.Status)}"${row.after}`
  }
}

/** The row of a container with a given status text. */
export function summary(container: Container, status: string, context: RowContext): ContainerSummary {
  const { definition, standing } = container
  const { config, host } = definition
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: config.Image,
    ImageID: definition.imageId,
    Command: commandText(commandOf(config)),
    Created: Math.floor(Date.parse(definition.created) / 1000),
    Ports: container.up ? portSummaries(config.ExposedPorts, standing.mappings) : [],
    Labels: config.Labels,
    State: wireState(standing.life).Status,
    Status: status,
    HostConfig: { NetworkMode: host.NetworkMode },
    NetworkSettings: { Networks: endpointMap(container, context.networks) },
    Mounts: definition.mounts.map((mount) => mountPoint(mount, context.volumePath)),
  }
}

/** As Docker: the program, then its arguments, quoted where they hold spaces. */
function commandText([program = '', ...args]: readonly string[]): string {
  return [program, ...args.map((arg) => (/\s/.test(arg) ? `'${arg}'` : arg))].join(' ')
}
