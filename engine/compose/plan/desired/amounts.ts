/** Compose's spans and amounts in the units of the Docker API. */

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
  d: 86_400e9,
  w: 604_800e9,
}

/** Nanoseconds of a duration that the loader has checked. */
export function nanoseconds(duration: string): number {
  let sum = 0
  for (const [, amount = '0', unit = 's'] of duration.matchAll(
    /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w)/g,
  )) {
    sum += Number(amount) * (NANOSECONDS[unit] ?? 0)
  }
  return Math.round(sum)
}

/** Whole seconds of a duration, up: a grace of half a second is one. */
export function seconds(duration: string): number {
  return Math.ceil(nanoseconds(duration) / 1e9)
}

/** `{A: 'b', C: null}` as `['A=b', 'C']`, in the order of their names: the same map is the same list. */
export function pairs(map: Readonly<Record<string, string | null>> | undefined): readonly string[] {
  return Object.entries(map ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === null ? name : `${name}=${value}`))
}

/** A map without nulls: what has no value is empty. */
export function texts(
  map: Readonly<Record<string, string | null>> | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map ?? {}).map(([name, value]) => [name, value ?? '']))
}
