/** Two images of the same build by two engines, field by field. Pure. */
import { createHash } from 'node:crypto'
import type { ReadEntry } from '../../fixtures/read-tar.ts'
import type { Built } from './image.ts'

/** A field that is not the same; null is not there. */
export interface Difference {
  readonly field: string
  readonly ours: string | null
  readonly theirs: string | null
}

/** When each build began, in seconds: what has a time of later was made by the build, and its time is its own. */
export interface Began {
  readonly ours: number
  readonly theirs: number
}

/** Every difference, in the order of the fields' names. */
export function compareImages(ours: Built, theirs: Built, began: Began): readonly Difference[] {
  const left = fieldsOf(ours, began.ours)
  const right = fieldsOf(theirs, began.theirs)
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((field) => left.get(field) !== right.get(field))
    .toSorted()
    .map((field) => ({ field, ours: left.get(field) ?? null, theirs: right.get(field) ?? null }))
}

/** An image as names and values: settings, history, what each layer names, and files with what they are. */
export function fieldsOf(image: Built, began: number): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  const put = (field: string, value: unknown) => {
    // Absent, null and empty say the same: which of them an engine writes is not compared.
    const empty = value === undefined || value === null || value === '' || JSON.stringify(value) === '{}'
    if (!empty && !(Array.isArray(value) && value.length === 0))
      fields.set(field, JSON.stringify(sorted(value)))
  }
  const { config } = image
  put('author', config.author)
  put('architecture', config.architecture)
  put('os', config.os)
  put('created', time(Date.parse(config.created ?? '') / 1000, began))
  for (const [name, value] of Object.entries(config.config)) put(`config.${name}`, value)
  config.history.forEach((step, at) => {
    put(`history[${at}].created_by`, step.created_by)
    put(`history[${at}].comment`, step.comment)
    put(`history[${at}].empty_layer`, step.empty_layer ?? false)
    put(`history[${at}].created`, time(Date.parse(step.created ?? '') / 1000, began))
  })
  image.layers.forEach((layer, at) => {
    for (const { path } of layer) put(`layer[${at}] ${path}`, true)
  })
  for (const [path, entry] of image.files) putFile(put, path, entry, began)
  return fields
}

function putFile(
  put: (field: string, value: unknown) => void,
  path: string,
  entry: ReadEntry,
  began: number,
): void {
  put(`${path} type`, entry.type)
  put(`${path} mode`, `0${entry.mode.toString(8)}`)
  put(`${path} owner`, `${entry.uid}:${entry.gid}`)
  put(`${path} mtime`, time(entry.mtime, began))
  if (entry.type === 'file') put(`${path} content`, shown(entry.content))
  if (entry.target !== '') put(`${path} target`, entry.target.replace(/^\.?\/(?=.)/, ''))
  for (const [key, value] of entry.pax) {
    if (key.startsWith('SCHILY.xattr.')) put(`${path} ${key.slice('SCHILY.xattr.'.length)}`, value)
  }
}

/** Times of the build itself are all one. A build may begin within the second that a file is of. */
function time(seconds: number, began: number): string {
  if (Number.isNaN(seconds)) return 'none'
  return seconds >= Math.floor(began) ? 'of the build' : new Date(seconds * 1000).toISOString()
}

function shown(content: Buffer): string {
  const text = content.toString()
  if (content.length <= 80 && !text.includes('\uFFFD')) return text
  return `${content.length} bytes, ${createHash('sha256').update(content).digest('hex').slice(0, 16)}`
}

/** Keys in order: JSON of two engines may have them in any. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
