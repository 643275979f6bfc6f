/** Shell patterns of `${name#pattern}` and its kin (POSIX shell, 2.14, without bracket expressions). */

/** How a pattern is read: `*` takes as much as it can, and whether it must start where the value does. */
interface PatternOptions {
  readonly greedy: boolean
  readonly anchored: boolean
}

/** Takes what `pattern` matches off the start of `value`. Throws a plain Error on a bad pattern. */
export function trimPrefix(value: string, pattern: string, greedy: boolean): string {
  const match = toRegExp(pattern, { greedy, anchored: true }).exec(value)
  return match === null ? value : value.slice(match[0].length)
}

/** Takes what `pattern` matches off the end of `value`. Throws a plain Error on a bad pattern. */
export function trimSuffix(value: string, pattern: string, greedy: boolean): string {
  // The shortest match that touches the end cannot be asked of a pattern read from the left: both are turned.
  return reversed(trimPrefix(reversed(value), reversedPattern(pattern), greedy))
}

/** Puts `replacement` where `pattern` matches: once, or everywhere. Throws a plain Error on a bad pattern. */
export function replacePattern(value: string, pattern: string, replacement: string, all: boolean): string {
  const first = toRegExp(pattern, { greedy: true, anchored: false })
  const regexp = all ? new RegExp(first.source, `${first.flags}g`) : first
  return value.replace(regexp, () => replacement)
}

function toRegExp(pattern: string, options: PatternOptions): RegExp {
  let source = options.anchored ? '^' : ''
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? ''
    if (character === '*') source += options.greedy ? '[^\\n]*' : '[^\\n]*?'
    else if (character === '?') source += '[^\\n]'
    else if (character !== '\\') source += literal(character)
    else {
      const next = characters[i + 1]
      // `\}` and `\/` only keep the braces from ending; the character after them is read again.
      if (next === '}' || next === '/') continue
      if (next !== '*' && next !== '?' && next !== '\\') throw new Error(`invalid escape '\\${next ?? ''}'`)
      source += literal(next)
      i++
    }
  }
  return new RegExp(source, 'u')
}

function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character
}

function reversed(text: string): string {
  return [...text].reverse().join('')
}

/** Turns a pattern around and leaves each escape with its character. */
function reversedPattern(pattern: string): string {
  return (pattern.match(/\\.|./gsu) ?? []).reverse().join('')
}
