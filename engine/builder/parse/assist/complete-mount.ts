import type { Completion } from './complete.ts'
import { MOUNT_DOCS, MOUNT_KEY_DOCS } from './mount-docs.ts'

/** Offers within the value of `--mount`, and the part of it that they stand for. `stages` are offered for `from`. */
export function completeMount(
  value: string,
  stages: readonly Completion[],
): { readonly part: string; readonly items: readonly Completion[] } {
  const fields = value.split(',')
  const last = fields.at(-1) ?? ''
  const equals = last.indexOf('=')
  if (equals < 0) return { part: last, items: keyItems(fields) }
  const part = last.slice(equals + 1)
  switch (last.slice(0, equals).toLowerCase()) {
    case 'type':
      return { part, items: Object.entries(MOUNT_DOCS).map(([name, { text }]) => toValue(name, text)) }
    case 'sharing':
      return { part, items: ['shared', 'private', 'locked'].map((name) => toValue(name, '')) }
    case 'from':
      return { part, items: stages }
    default:
      return { part, items: [] }
  }
}

function toValue(label: string, docs: string): Completion {
  return { label, kind: 'value', insert: label, detail: '', docs }
}

function keyItems(fields: readonly string[]): readonly Completion[] {
  const used = fields.map((field) => field.split('=')[0]?.toLowerCase() ?? '')
  const type = fields.find((field) => field.startsWith('type='))?.slice('type='.length)
  const keys =
    type === undefined ? ['type', ...(MOUNT_DOCS.bind?.keys ?? [])] : (MOUNT_DOCS[type]?.keys ?? [])
  const isSwitch = (key: string) => key === 'rw' || key === 'ro' || key === 'required'
  return keys
    .filter((key) => !used.slice(0, -1).includes(key))
    .map((key) => ({
      label: key,
      kind: 'key',
      insert: isSwitch(key) ? key : `${key}=`,
      detail: 'mount',
      docs: MOUNT_KEY_DOCS[key] ?? '',
    }))
}
