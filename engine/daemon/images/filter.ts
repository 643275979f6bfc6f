/** The filters of GET /images/json (Engine API, "ImageList"). */
import { EngineError } from '../../errors.ts'
import { familiar, familiarName, familiarReference, parseReference } from '../../oci/reference.ts'
import type { ImageRecord, ImageRecords } from '../../store/store.ts'
import { booleanFilter, checkFilters, type Filters, labelsFit } from '../filters.ts'
import { findImage } from './find.ts'
import { hasChildImages, isNamed } from './parents.ts'
import { isHidden } from './variants.ts'
import { createdSeconds } from './views.ts'

const KNOWN = ['dangling', 'label', 'label!', 'before', 'since', 'reference', 'until']

/** An image that passed, with the names to show. */
export interface Row {
  readonly image: ImageRecord
  readonly references: readonly string[]
  readonly repoDigests: readonly string[]
}

/**
 * Newest first. What another image of the same index stands for,
 * and what only other images were committed from, is there only with `all`. Throws `invalid` for an unknown filter or value, `not-found` for an unknown image in before or since.
 */
export function filterImages(
  records: ImageRecords,
  filters: Filters,
  options: { readonly all: boolean },
): readonly Row[] {
  checkFilters(filters, KNOWN)
  const before = bound(records, filters.get('before'))
  const since = bound(records, filters.get('since'))
  const until = filters.get('until')?.map(parseMoment)
  const dangling = booleanFilter(filters, 'dangling')
  const patterns = filters.get('reference') ?? []
  const rows: Row[] = []
  for (const image of records.all()) {
    const created = createdSeconds(image.config)
    if (before !== undefined && created >= before) continue
    if (since !== undefined && created <= since) continue
    if (until?.some((moment) => created >= moment)) continue
    if (!options.all && isHidden(records, image)) continue
    if (!options.all && !isNamed(image) && hasChildImages(records, image.id)) continue
    if (dangling === true && image.references.length > 0) continue
    // A digest is a name as well, though not one to keep an image for.
    if (dangling === false && image.references.length + image.repoDigests.length === 0) continue
    if (!labelsFit(filters, image.config.config?.Labels ?? {})) continue
    const references =
      patterns.length === 0
        ? image.references
        : image.references.filter((name) => patterns.some((pattern) => matchesReference(name, pattern)))
    const repoDigests =
      patterns.length === 0
        ? image.repoDigests
        : image.repoDigests.filter(
            (name) =>
              patterns.includes(familiar(name)) ||
              patterns.some((pattern) => matchesReference(name, pattern)),
          )
    if (patterns.length > 0 && references.length === 0 && repoDigests.length === 0) continue
    rows.push({ image, references, repoDigests })
  }
  return rows.sort((a, b) => createdSeconds(b.image.config) - createdSeconds(a.image.config))
}

/** A shell pattern against `repo:tag` or `repo`, as people write them. `*` does not cross a slash. */
export function matchesReference(canonical: string, pattern: string): boolean {
  const reference = parseReference(canonical)
  const expression = globExpression(pattern)
  return expression.test(familiarReference(reference)) || expression.test(familiarName(reference))
}

function globExpression(pattern: string): RegExp {
  const source = pattern.replace(/\[\^?[^\]]+\]|\\.|[*?]|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    if (part.length > 1) return part
    return `\\${part}`
  })
  try {
    return new RegExp(`^(?:${source})$`)
  } catch (cause) {
    throw new EngineError('invalid', `invalid filter 'reference=${pattern}': syntax error in pattern`, {
      cause,
    })
  }
}

function bound(records: ImageRecords, values: readonly string[] | undefined): number | undefined {
  const [value] = values ?? []
  return value === undefined ? undefined : createdSeconds(findImage(records, value).image.config)
}

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 }

/** Unix seconds, a date, or a duration before now such as `24h` or `1h30m`. */
function parseMoment(value: string): number {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value)
  if (/^(\d+[hms])+$/.test(value)) {
    const ago = [...value.matchAll(/(\d+)([hms])/g)].reduce(
      (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit as string] ?? 0),
      0,
    )
    return Date.now() / 1000 - ago
  }
  const milliseconds = Date.parse(value)
  if (Number.isNaN(milliseconds))
    throw new EngineError('invalid', `invalid filter 'until=${value}': neither a time nor a duration`)
  return milliseconds / 1000
}
