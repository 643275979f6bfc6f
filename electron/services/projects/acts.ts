/** Starting, stopping and restarting what is there, in the order in which services need each other. */
import type { EngineClient } from '../../../engine/client/client.ts'
import type { ContainerRow } from '../../contract/containers.ts'
import { dependenciesOf } from './from-labels.ts'
import { copiesOf } from './states.ts'

export type Act = 'start' | 'stop' | 'restart'

/** Does it; containers of one service at once, services one after the other. Throws the first failure. */
export async function actOn(
  client: EngineClient,
  containers: readonly ContainerRow[],
  service: string | null,
  act: Act,
): Promise<void> {
  const copies = copiesOf(containers)
  const services = inOrder(copies).filter((each) => service === null || each === service)
  for (const name of act === 'stop' ? services.toReversed() : services) {
    await Promise.all(
      copies
        .filter((row) => row.service === name)
        .map((row) => {
          if (act === 'start') return client.containers.start(row.id)
          return act === 'stop' ? client.containers.stop(row.id) : client.containers.restart(row.id)
        }),
    )
  }
}

/** Services, each after those that it depends on. */
function inOrder(containers: readonly ContainerRow[]): readonly string[] {
  const on = dependenciesOf(containers)
  const order = new Set<string>()
  const visit = (name: string, above: readonly string[]): void => {
    if (order.has(name) || above.includes(name) || !on.has(name)) return
    for (const other of on.get(name) ?? []) visit(other, [...above, name])
    order.add(name)
  }
  for (const name of on.keys()) visit(name, [])
  return [...order]
}
