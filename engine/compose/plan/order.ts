/** The order in which services start: after those they depend on. */
import type { Service } from '../load/project.ts'

/** Services in an order in which each comes after its dependencies; the loader has seen that there is no circle. */
export function startOrder(services: Readonly<Record<string, Service>>): readonly Service[] {
  const done = new Set<string>()
  const order: Service[] = []
  const visit = (service: Service): void => {
    if (done.has(service.name)) return
    done.add(service.name)
    for (const name of Object.keys(service.depends_on ?? {})) {
      const other = services[name]
      if (other) visit(other)
    }
    order.push(service)
  }
  for (const service of Object.values(services)) visit(service)
  return order
}

/** The named services and everything that they depend on; all of them when none is named. */
export function withDependencies(
  services: Readonly<Record<string, Service>>,
  names: readonly string[],
): ReadonlySet<string> {
  if (names.length === 0) return new Set(Object.keys(services))
  const wanted = new Set<string>()
  const add = (name: string): void => {
    const service = services[name]
    if (!service || wanted.has(name)) return
    wanted.add(name)
    for (const other of Object.keys(service.depends_on ?? {})) add(other)
  }
  for (const name of names) add(name)
  return wanted
}
