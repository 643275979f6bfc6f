/** YAML 1.2 text to trees: anchors, aliases, merge keys, `!reset` and `!override`, with a place for each value. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
} from 'yaml'
import type { Faults } from './fault.ts'
import type { Entry, MergeTag, Place, Tree } from './tree.ts'

/** Aliases may make a small text large; what is larger than this was not meant. */
const MOST_NODES = 200_000

/** What to write instead, by the parser's code for what is wrong. */
const REMEDIES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  DUPLICATE_KEY: 'take one of them away',
  BAD_INDENT: 'put it below the key before it, with as many spaces',
  MISSING_CHAR: 'close it, or put the text in quotes',
  BAD_SCALAR_START: 'put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put the text in quotes, or begin a line for each key',
  MULTILINE_IMPLICIT_KEY: 'end the line before it with a colon, or put it in quotes',
  BAD_DQ_ESCAPE: 'write two backslashes, or use single quotes',
  UNEXPECTED_TOKEN: 'put the text in quotes',
}

/** The documents of a YAML text. What is wrong goes to `faults`, and that document is left out. */
export function parseYaml(text: string, file: string, faults: Faults): readonly Tree[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines, version: '1.2', logLevel: 'silent' })
  if (!Array.isArray(documents)) return []
  return documents.flatMap((document) => {
    for (const error of document.errors) {
      const { line, col } = lines.linePos(error.pos[0])
      faults.add({ file, line, column: col }, '', sentence(error.message), remedyOf(error))
    }
    if (document.errors.length > 0 || document.contents === null) return []
    const tree = new Reader(document, file, lines, faults).read()
    return tree === undefined ? [] : [tree]
  })
}

/** A bracket that is never closed has the code of a wrong indent, and needs another remedy. */
function remedyOf({
  code,
  message,
}: {
  readonly code: string
  readonly message: string
}): string | undefined {
  return message.includes('end with a') ? 'close the bracket' : REMEDIES[code]
}

/** The first sentence of the parser's message: the rest is a picture of the line. */
function sentence(message: string): string {
  return (message.split('\n')[0] ?? message)
    .replace(/ at line \d+, column \d+:?$/, '')
    .replace(/(["'])quote$/, '$1')
}

class Reader {
  readonly #document: Document
  readonly #file: string
  readonly #lines: LineCounter
  readonly #faults: Faults
  /** What an alias stands for is read once, with the number of nodes in it. */
  readonly #anchored = new Map<Node, { readonly tree: Tree; readonly nodes: number }>()
  readonly #open = new Set<Node>()
  #nodes = 0

  constructor(document: Document, file: string, lines: LineCounter, faults: Faults) {
    this.#document = document
    this.#file = file
    this.#lines = lines
    this.#faults = faults
  }

  read(): Tree | undefined {
    try {
      return this.#tree(this.#document.contents as Node)
    } catch (error) {
      if (error instanceof TooMuch) this.#faults.add(error.at, '', error.message, error.remedy)
      else throw error
      return undefined
    }
  }

  #tree(node: Node | null): Tree {
    if (node === null) return { kind: 'scalar', value: null, text: '', at: this.#place(null) }
    if (isAlias(node)) return this.#alias(node)
    this.#count(1, node)
    const before = this.#nodes
    this.#open.add(node)
    const tree = this.#fresh(node)
    this.#open.delete(node)
    if ('anchor' in node && node.anchor) {
      this.#anchored.set(node, { tree, nodes: this.#nodes - before + 1 })
    }
    return tree
  }

  #fresh(node: Node): Tree {
    const at = this.#place(node)
    const tag = tagOf(node)
    const common = tag === undefined ? { at } : { at, tag }
    if (isMap(node)) return { kind: 'map', entries: this.#entries(node.items), ...common }
    if (isSeq(node)) {
      return { kind: 'list', items: node.items.map((item) => this.#tree(item as Node | null)), ...common }
    }
    if (!isScalar(node)) return { kind: 'scalar', value: null, text: '', ...common }
    const { value, source } = node
    if (typeof value === 'bigint')
      return { kind: 'scalar', value: String(value), text: String(value), ...common }
    const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    return { kind: 'scalar', value: known ? value : null, text: source ?? String(value ?? ''), ...common }
  }

  #entries(pairs: readonly { key: unknown; value: unknown }[]): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>()
    const merged: Tree[] = []
    for (const pair of pairs) {
      const key = pair.key as Node
      const value = this.#tree((pair.value as Node | null) ?? null)
      const at = this.#place(key)
      // An empty value stands nowhere that an editor could show: its key does.
      const empty = value.kind === 'scalar' && value.value === null && value.text === ''
      const placed = empty || value.at.line === 0 ? { ...value, at } : value
      if (isScalar(key) && key.value === '<<' && key.type === 'PLAIN') {
        merged.push(...(placed.kind === 'list' ? placed.items : [placed]))
        if (merged.some(({ kind }) => kind !== 'map')) {
          this.#faults.add(at, '', 'a merge key (<<) takes a map or a list of maps', 'write <<: *name')
        }
        continue
      }
      if (!isScalar(key)) {
        this.#faults.add(at, '', 'a key must be a plain word, not a list or a map', 'put it in quotes')
        continue
      }
      entries.set(key.source ?? String(key.value), { at, value: placed })
    }
    // The first of several merged maps wins, and what the map says itself wins over all (YAML merge type).
    for (const tree of merged) {
      if (tree.kind !== 'map') continue
      for (const [key, entry] of tree.entries) if (!entries.has(key)) entries.set(key, entry)
    }
    return entries
  }

  #alias(node: Node & { readonly source: string }): Tree {
    const target = (node as unknown as { resolve(document: Document): Node | undefined }).resolve(
      this.#document,
    )
    const at = this.#place(node)
    if (target === undefined || this.#open.has(target)) {
      const what = target ? 'stands inside what it names' : 'names an anchor that is not there'
      this.#faults.add(
        at,
        '',
        `the alias *${node.source} ${what}`,
        `put &${node.source} before what it stands for`,
      )
      return { kind: 'scalar', value: null, text: '', at }
    }
    const known = this.#anchored.get(target)
    if (!known) return this.#tree(target)
    this.#count(known.nodes, node)
    return known.tree
  }

  #count(nodes: number, node: Node): void {
    this.#nodes += nodes
    if (this.#nodes > MOST_NODES) throw new TooMuch(this.#place(node))
  }

  #place(node: Node | null): Place {
    const offset = node?.range?.[0]
    // An empty value has no place of its own; its key's is put in for it.
    if (offset === undefined) return { file: this.#file, line: 0, column: 0 }
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.#file, line, column: col }
  }
}

class TooMuch extends Error {
  readonly at: Place
  readonly remedy = 'write less by aliases'

  constructor(at: Place) {
    super(`with its aliases written out this file has more than ${MOST_NODES} values`)
    this.at = at
  }
}

function tagOf(node: Node): MergeTag | undefined {
  const tag = (node as { readonly tag?: string }).tag
  return tag === '!reset' ? 'reset' : tag === '!override' ? 'override' : undefined
}
