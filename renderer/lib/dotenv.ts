/** Reads pasted `.env` text for the run form. */

/** `NAME=value` lines; comments and blank lines are left out, one pair of quotes is taken off, `export` is allowed. */
export function parseDotenv(text: string): readonly { readonly name: string; readonly value: string }[] {
  const found: { name: string; value: string }[] = []
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*$/.exec(line)
    if (!match?.[1]) continue
    const raw = match[2] ?? ''
    const quoted = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$|^'([^']*)'\s*(?:#.*)?$/.exec(raw)
    const value = quoted
      ? (quoted[2] ?? (quoted[1] ?? '').replaceAll('\\n', '\n').replaceAll('\\"', '"'))
      : raw.replace(/\s+#.*$/, '')
    found.push({ name: match[1], value })
  }
  return found
}

/** Whether pasted text is a `.env` rather than one value: two lines or more, all of them assignments or comments. */
export function looksLikeDotenv(text: string): boolean {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  return lines.length > 1 && lines.every((line) => /^\s*(#|(?:export\s+)?[A-Za-z_][\w.-]*\s*=)/.test(line))
}

/** Whether a variable's value should be hidden on screen, by its name. */
export function isSecretName(name: string): boolean {
  return /(pass(word|wd|phrase)?|secret|token|api_?key|private_?key|credential)/i.test(name)
}
