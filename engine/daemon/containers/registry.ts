/** The containers in memory, found by name, id or the beginning of an id. */
import { EngineError } from '../../errors.ts'
import type { Container } from './container.ts'

export class ContainerRegistry {
  readonly #byId = new Map<string, Container>()
  readonly #byName = new Map<string, Container>()

  /** Oldest first. */
  all(): IterableIterator<Container> {
    return this.#byId.values()
  }

  get size(): number {
    return this.#byId.size
  }

  byId(id: string): Container | undefined {
    return this.#byId.get(id)
  }

  byName(name: string): Container | undefined {
    return this.#byName.get(name)
  }

  add(container: Container): void {
    this.#byId.set(container.id, container)
    this.#byName.set(container.name, container)
  }

  rename(container: Container, name: string): void {
    this.#byName.delete(container.name)
    container.name = name
    this.#byName.set(name, container)
  }

  remove(container: Container): void {
    this.#byId.delete(container.id)
    if (this.#byName.get(container.name) === container) this.#byName.delete(container.name)
  }

  /** As Docker looks: a whole id, a name, the only id that begins so. Throws `not-found`, or `invalid` when several do. */
  find(text: string): Container {
    const exact = this.#byId.get(text) ?? this.#byName.get(text.replace(/^\//, ''))
    if (exact) return exact
    const found = text === '' ? [] : this.#byPrefix(text)
    if (found.length > 1) {
      throw new EngineError('invalid', `Multiple IDs found with provided prefix: ${text}`)
    }
    const [only] = found
    if (!only) throw new EngineError('not-found', `No such container: ${text}`)
    return only
  }

  #byPrefix(prefix: string): Container[] {
    return [...this.#byId].flatMap(([id, container]) => (id.startsWith(prefix) ? [container] : []))
  }

  /** Throws `conflict` in Docker's words when another container has the name. */
  checkFree(name: string): void {
    const holder = this.#byName.get(name)
    if (!holder) return
    throw new EngineError(
      'conflict',
      `Conflict. The container name "/${name}" is already in use by container "${holder.id}". You have to remove (or rename) that container to be able to reuse that name.`,
    )
  }
}
