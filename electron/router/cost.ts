/** What an item of a stream weighs against its credit: an estimate of its bytes on the wire, cheap and never zero. */
export function costOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return 4 + value.length
    case 'object':
      return value === null ? 1 : costOfObject(value)
    default:
      return 8
  }
}

function costOfObject(value: object): number {
  if (ArrayBuffer.isView(value)) return 8 + value.byteLength
  let cost = 8
  if (Array.isArray(value)) {
    for (const item of value) cost += costOf(item)
    return cost
  }
  for (const key in value) cost += key.length + costOf((value as Record<string, unknown>)[key])
  return cost
}
