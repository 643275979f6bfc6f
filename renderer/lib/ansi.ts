/** ANSI colours in a line of text: SGR (ECMA-48, section 8.3.117) becomes spans, every other sequence is dropped. */

export interface AnsiSpan {
  readonly text: string
  /** 0-15 from the palette, or a CSS colour. */
  readonly foreground: number | string | null
  readonly background: number | string | null
  readonly bold: boolean
  readonly dim: boolean
  readonly italic: boolean
  readonly underline: boolean
}

type Style = Omit<AnsiSpan, 'text'>

const PLAIN: Style = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
}

// CSI ... final | OSC ... (BEL or ST) | a two-character escape | other control characters.
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /\u001b\[([0-9;:]*)([\u0020-\u002f]*)([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -Z\\^_`-~]|\u001b|[\u0000-\u0008\u000b-\u001a\u007f]/g

/** Splits a line into spans of one style each. A carriage return keeps only what was written last. */
export function parseAnsi(line: string): readonly AnsiSpan[] {
  const text = lastWritten(line)
  if (!text.includes('\u001b') && !hasControl(text)) return text === '' ? [] : [{ text, ...PLAIN }]
  const spans: AnsiSpan[] = []
  let style = PLAIN
  let from = 0
  SEQUENCE.lastIndex = 0
  for (let match = SEQUENCE.exec(text); match; match = SEQUENCE.exec(text)) {
    if (match.index > from) spans.push({ text: text.slice(from, match.index), ...style })
    from = match.index + match[0].length
    if (match[3] === 'm') style = applySgr(style, match[1] ?? '')
  }
  if (from < text.length) spans.push({ text: text.slice(from), ...style })
  return spans
}

/** The line without any sequence: what find looks at and copy takes. */
export function plainText(line: string): string {
  const text = lastWritten(line)
  return text.includes('\u001b') || hasControl(text) ? text.replace(SEQUENCE, '') : text
}

function lastWritten(line: string): string {
  const trimmed = line.replace(/[\r\n]+$/, '')
  const at = trimmed.lastIndexOf('\r')
  return at === -1 ? trimmed : trimmed.slice(at + 1)
}

function hasControl(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return /[\u0000-\u0008\u000b-\u001a\u007f]/.test(text)
}

function applySgr(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map((part) => (part === '' ? 0 : Number(part)))
  let next = style
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0
    if (code === 0) next = PLAIN
    else if (code === 1) next = { ...next, bold: true }
    else if (code === 2) next = { ...next, dim: true }
    else if (code === 3) next = { ...next, italic: true }
    else if (code === 4) next = { ...next, underline: true }
    else if (code === 7)
      next = { ...next, foreground: next.background ?? 0, background: next.foreground ?? 7 }
    else if (code === 22) next = { ...next, bold: false, dim: false }
    else if (code === 23) next = { ...next, italic: false }
    else if (code === 24) next = { ...next, underline: false }
    else if (code >= 30 && code <= 37) next = { ...next, foreground: code - 30 }
    else if (code >= 90 && code <= 97) next = { ...next, foreground: code - 82 }
    else if (code === 39) next = { ...next, foreground: null }
    else if (code >= 40 && code <= 47) next = { ...next, background: code - 40 }
    else if (code >= 100 && code <= 107) next = { ...next, background: code - 92 }
    else if (code === 49) next = { ...next, background: null }
    else if (code === 38 || code === 48) {
      const colour = extendedColour(codes, at + 1)
      if (colour.value !== null) {
        next = code === 38 ? { ...next, foreground: colour.value } : { ...next, background: colour.value }
      }
      at += colour.taken
    }
  }
  return next
}

function extendedColour(
  codes: readonly number[],
  at: number,
): { value: number | string | null; taken: number } {
  if (codes[at] === 5) return { value: indexed(codes[at + 1] ?? 0), taken: 2 }
  if (codes[at] === 2) {
    const [red = 0, green = 0, blue = 0] = codes.slice(at + 1, at + 4)
    return { value: `rgb(${red} ${green} ${blue})`, taken: 4 }
  }
  return { value: null, taken: 0 }
}

/** xterm's 256 colours: 16 from the palette, a 6x6x6 cube, 24 greys. */
function indexed(index: number): number | string {
  if (index < 16) return index
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10
    return `rgb(${grey} ${grey} ${grey})`
  }
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40)
  const cube = index - 16
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`
}
