/** Variables in the order in which they were set last, as a command of the build sees them. */
export class Environment {
  readonly #values: Map<string, string>

  constructor(values: Iterable<readonly [string, string]> = []) {
    this.#values = new Map(values)
  }

  get(name: string): string | undefined {
    return this.#values.get(name)
  }

  /** With this value, at the end. */
  with(name: string, value: string): Environment {
    const next = new Environment(this.#values)
    next.#values.delete(name)
    next.#values.set(name, value)
    return next
  }

  names(): string[] {
    return [...this.#values.keys()]
  }

  /** `NAME=value`. */
  lines(): string[] {
    return [...this.#values].map(([name, value]) => `${name}=${value}`)
  }
}

/** `NAME=value` in two; what has no `=` has no value. */
export function splitPair(line: string): readonly [string, string] {
  const equals = line.indexOf('=')
  return equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)]
}
