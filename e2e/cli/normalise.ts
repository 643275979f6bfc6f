/** Names what must differ between two engines, so that what remains can be compared. */

const RULES: readonly (readonly [RegExp, string])[] = [
  [/\r\n/g, '\n'],
  [/sha256:[0-9a-f]{64}/g, 'sha256:<digest>'],
  [/\b[0-9a-f]{64}\b/g, '<id>'],
  [/\b[0-9a-f]{12}\b/g, '<short>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, '<time>'],
  [
    /\b(Less than a second|About a minute|\d+ (seconds?|minutes?|months?|weeks?|years?|days?|hours?))( ago)?/g,
    '<age>',
  ],
  [/\/var\/tmp\/longshore-e2e\/[^\s",]*/g, '<path>'],
  [/\b(172\.(2[89]|30)|10\.(19[89]|2\d\d))\.\d+\.\d+/g, '<ip>'],
  [/\b[a-z]+_[a-z]+\d?\b(?=")/g, '<name>'],
  // The CLI's own remark when it gives up waiting, which 20.10 makes or not by chance.
  [/^time="[^"]*" level=error msg="error waiting for container.*\n/gm, ''],
  // Columns are as wide as their longest value, which ids and ages make differ.
  [/ {2,}/g, '  '],
  [/[ \t]+$/gm, ''],
]

/** The text with ids, times, addresses and the given values replaced by their names. */
export function normalise(text: string, values: Readonly<Record<string, string>>): string {
  let result = text
  for (const [name, value] of Object.entries(values)) result = result.replaceAll(value, `$${name}`)
  for (const [pattern, name] of RULES) result = result.replaceAll(pattern, name)
  return result
}

/** Every key of a JSON text with its path; arrays count by their first element, maps of free names by one `*`. */
export function keysOf(json: string): string[] {
  const keys = new Set<string>()
  const walk = (value: unknown, path: string) => {
    if (Array.isArray(value)) {
      if (value.length > 0) walk(value[0], `${path}[]`)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) {
        const name = /^[A-Z][A-Za-z0-9]*$/.test(key) ? key : '*'
        keys.add(`${path}.${name}`)
        walk(child, `${path}.${name}`)
      }
    }
  }
  walk(JSON.parse(json), '')
  return [...keys].toSorted()
}
