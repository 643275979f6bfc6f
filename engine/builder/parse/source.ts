import type { Position, Range, Word } from './tree.ts'

/** A file's text with the places of its lines. A byte order mark at its start counts as nothing. */
export class Source {
  readonly text: string
  readonly #starts: readonly number[]

  constructor(text: string) {
    this.text = text.startsWith('\uFEFF') ? text.slice(1) : text
    const starts = [0]
    for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) starts.push(at + 1)
    this.#starts = starts
  }

  position(offset: number): Position {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 }
  }

  range(start: number, end: number): Range {
    return { start: this.position(start), end: this.position(end) }
  }

  /** The offset of a place; one beyond its line or the file is brought back into it. */
  offset(position: Position): number {
    const line = Math.min(Math.max(position.line, 1), this.#starts.length)
    const start = this.#starts[line - 1] ?? 0
    const next = this.#starts[line]
    const end = next === undefined ? this.text.length : next - 1
    return Math.min(Math.max(start, start + position.column - 1), end)
  }
}

/** A piece of text that knows where each of its characters stands in the file, across continued lines. */
export class Slice {
  readonly source: Source
  readonly text: string
  readonly #offsets: readonly number[]
  readonly #from: number

  /** `offsets` has one more entry than the text it belongs to: where it ends. */
  constructor(source: Source, text: string, offsets: readonly number[], from = 0) {
    this.source = source
    this.text = text
    this.#offsets = offsets
    this.#from = from
  }

  sub(start: number, end = this.text.length): Slice {
    return new Slice(this.source, this.text.slice(start, end), this.#offsets, this.#from + start)
  }

  /** Only the characters at `indices`, in their order. */
  pick(indices: readonly number[]): Slice {
    const text = indices.map((index) => this.text[index] ?? '').join('')
    const offsets = indices.map((index) => this.offset(index))
    const last = offsets.at(-1)
    return new Slice(this.source, text, [...offsets, last === undefined ? this.offset(0) : last + 1])
  }

  trim(): Slice {
    const start = this.text.length - this.text.trimStart().length
    return this.sub(start, Math.max(start, this.text.trimEnd().length))
  }

  /** Where the character at `index` stands in the file. */
  offset(index: number): number {
    return this.#offsets[this.#from + index] ?? this.source.text.length
  }

  range(start = 0, end = this.text.length): Range {
    const first = this.offset(start)
    return this.source.range(first, end > start ? this.offset(end - 1) + 1 : first)
  }

  /** The whole slice as a word; `text` where it is not what is written. */
  word(text = this.text): Word {
    return { text, range: this.range() }
  }
}
