/** Lines of a Dockerfile with marks at those that something is about, as buildx shows them. Pure. */
import type { SourceRange } from '../../../engine/api/longshore/build-events.ts'

const RULE = '--------------------'

/** The lines of `range` with some above and below; none when the text has no such lines. */
export function excerpt(text: string, name: string, { start, end }: SourceRange): readonly string[] {
  const lines = text.replace(/\n$/, '').split('\n')
  const from = start.line
  if (from < 1 || from > lines.length) return []
  // A range that ends at the beginning of a line is not about that line.
  const to = Math.min(lines.length, end.column <= 1 && end.line > from ? end.line - 1 : end.line)
  const [first, last] = around(from, to, lines.length)
  const shown = lines.slice(first - 1, last).map((line, at) => {
    const number = first + at
    const mark = number >= from && number <= to ? '>>>' : '   '
    return ` ${String(number).padStart(3)} | ${mark} ${line}`
  })
  return [`${name}:${from}`, RULE, ...shown, RULE]
}

/** At least two lines more in all, four for a single line, evenly above and below as far as there are any. */
function around(from: number, to: number, count: number): readonly [number, number] {
  const more = from === to ? 4 : 2
  let [first, last] = [from, to]
  for (let added = 0; added < more; added++) {
    if (first > 1) {
      first--
      added++
    }
    if (last < count) {
      last++
      added++
    }
  }
  return [first, last]
}
