/** Finds the route of a request. Patterns are paths with `{name}` for one segment and `{name*}` for any number. */
import type { Call } from './call.ts'

/** What answers a request. Throws `EngineError` before the headers are sent to answer an error. */
export type Handler = (call: Call) => Promise<void> | void

export interface Route<H = Handler> {
  readonly method: string
  readonly pattern: string
  readonly handler: H
}

interface Compiled<H> {
  readonly expression: RegExp
  readonly names: readonly string[]
  readonly handler: H
}

/** Routes by method and first segment, so that finding one looks at few. */
export class Router<H = Handler> {
  readonly #groups = new Map<string, Compiled<H>[]>()

  constructor(routes: readonly Route<H>[]) {
    for (const { method, pattern, handler } of routes) {
      const names = [...pattern.matchAll(/\{(\w+)\*?\}/g)].map((match) => match[1] ?? '')
      const source = pattern
        .replace(/[.+]/g, '\\$&')
        .replace(/\{\w+\*\}/g, '(.+)')
        .replace(/\{\w+\}/g, '([^/]+)')
      const key = groupKey(method, pattern)
      const group = this.#groups.get(key) ?? []
      group.push({ expression: new RegExp(`^${source}$`), names, handler })
      this.#groups.set(key, group)
    }
  }

  /** The handler and the decoded parameters, or null. */
  find(
    method: string,
    path: string,
  ): { readonly handler: H; readonly params: Readonly<Record<string, string>> } | null {
    for (const { expression, names, handler } of this.#groups.get(groupKey(method, path)) ?? []) {
      const match = expression.exec(path)
      if (!match) continue
      const params = Object.fromEntries(names.map((name, index) => [name, decode(match[index + 1] ?? '')]))
      return { handler, params }
    }
    return null
  }
}

function groupKey(method: string, path: string): string {
  return `${method} ${path.split('/', 2)[1] ?? ''}`
}

/** A path with a wrong escape is left as it is: then it names nothing, and that is the answer. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
