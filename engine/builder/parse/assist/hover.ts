/** What an editor shows of the word under the pointer. Pure. */
import { ruleUrl } from '../lint/rules.ts'
import { parseDockerfile } from '../parse.ts'
import type { Dockerfile, Position, Range, Stage } from '../tree.ts'
import { DIRECTIVE_DOCS, INSTRUCTION_DOCS } from './docs.ts'
import { MOUNT_DOCS, MOUNT_KEY_DOCS } from './mount-docs.ts'
import { findPlace, type Place } from './place.ts'
import { variablesAt } from './scope.ts'

/** Markdown about `range`. */
export interface Hover {
  readonly markdown: string
  readonly range: Range
}

/** What is known of the word at a place, or null. Never throws. */
export function hover(text: string, position: Position): Hover | null {
  const file = parseDockerfile(text)
  const place = findPlace(text, position)
  const said = place.kind === 'instruction' ? hoverInstruction(place, file) : null
  if (place.kind === 'outside') return hoverDirective(place) ?? hoverProblem(file, position)
  return said ?? hoverProblem(file, position)
}

function hoverDirective({ source, offset, isTop }: Extract<Place, { kind: 'outside' }>): Hover | null {
  const start = source.text.lastIndexOf('\n', offset - 1) + 1
  const line = source.text.slice(start).split('\n', 1)[0] ?? ''
  const match = /^\s*#\s*(\w+)\s*=/.exec(line)
  const docs = DIRECTIVE_DOCS[match?.[1]?.toLowerCase() ?? '']
  if (!isTop || docs === undefined) return null
  return { markdown: docs, range: source.range(start, start + line.trimEnd().length) }
}

function hoverInstruction(place: Extract<Place, { kind: 'instruction' }>, file: Dockerfile): Hover | null {
  const { line } = place.statement
  const { text } = line
  const index = Math.min(place.index, Math.max(text.length - 1, 0))
  const around = (chars: RegExp): { readonly start: number; readonly word: string } => {
    let start = index
    let end = index
    while (start > 0 && chars.test(text[start - 1] ?? '')) start--
    while (end < text.length && chars.test(text[end] ?? '')) end++
    return { start, word: text.slice(start, end) }
  }
  const tell = (markdown: string, start: number, length: number): Hover => ({
    markdown,
    range: line.range(start, start + length),
  })
  const whole = around(/\S/)
  const name = around(/\w/)
  if (/\$\{?$/.test(text.slice(0, name.start)) && name.word !== '') {
    const position = place.source.position(place.offset)
    return tell(describeVariable(file, position, name.word), name.start, name.word.length)
  }
  const keywords = [...text.matchAll(/^\s*(onbuild\s+)?(\S+)/gi)][0]
  const inner = keywords?.[2]?.toUpperCase() ?? ''
  const doc = INSTRUCTION_DOCS[whole.word.toUpperCase()]
  const isKeyword =
    whole.start === 0 || (keywords?.[1] !== undefined && text.slice(0, whole.start) === keywords[1])
  if (isKeyword && doc !== undefined) {
    const forms = doc.forms.map((form) => `\`${form}\``).join('  \n')
    return tell(`${forms}\n\n${doc.text}`, whole.start, whole.word.length)
  }
  if (whole.word.startsWith('--')) {
    const flag = /^--([\w-]+)/.exec(whole.word)?.[1] ?? ''
    const field = flag === 'mount' ? describeMount(whole.word, index - whole.start) : null
    if (field !== null) return tell(field, whole.start, whole.word.length)
    const stage = flag === 'from' ? findStage(file, whole.word.slice('--from='.length)) : undefined
    const flagDoc = INSTRUCTION_DOCS[inner]?.flags[flag]?.text
    const lines = [flagDoc, stage === undefined ? undefined : describeStage(stage)].filter(
      (one) => one !== undefined,
    )
    return lines.length === 0 ? null : tell(lines.join('\n\n'), whole.start, whole.word.length)
  }
  const stage = inner === 'FROM' ? findStage(file, whole.word) : undefined
  return stage === undefined ? null : tell(describeStage(stage), whole.start, whole.word.length)
}

function describeVariable(file: Dockerfile, position: Position, name: string): string {
  const variable = variablesAt(file, position).get(name)
  if (variable === undefined) return `\`${name}\` is not declared here; the base image may set it.`
  const kind = variable.kind === 'env' ? 'Variable' : 'Build argument'
  const value = variable.value === null ? 'The build gives its value.' : `Value: \`${variable.value}\``
  const where =
    variable.range === null ? 'Every build has it.' : `Declared in line ${variable.range.start.line}.`
  return `${kind} \`${name}\`. ${value}${variable.value === null ? '' : '.'} ${where}`
}

function describeMount(word: string, at: number): string | null {
  const start = Math.max(word.lastIndexOf(',', at - 1), word.indexOf('=')) + 1
  if (at < start) return null
  const [key = '', value] = (word.slice(start).split(',', 1)[0] ?? '').split('=')
  if (key === 'type' && value !== undefined) return MOUNT_DOCS[value]?.text ?? null
  const names: Readonly<Record<string, string>> = {
    src: 'source',
    dst: 'target',
    destination: 'target',
    readonly: 'ro',
    readwrite: 'rw',
  }
  return MOUNT_KEY_DOCS[names[key] ?? key] ?? null
}

function findStage(file: Dockerfile, name: string): Stage | undefined {
  return file.stages.find((stage) => stage.name === name.toLowerCase() || String(stage.index) === name)
}

function describeStage({ name, index, from, instructions }: Stage): string {
  const about = from.comment.length === 0 ? '' : `\n\n${from.comment.join('\n')}`
  const title = name === null ? `Stage ${index}` : `Stage \`${name}\``
  return `${title} on \`${from.image.text}\`, line ${from.range.start.line}, ${instructions.length} instructions.${about}`
}

/** The problem at a place, with the page of its rule. */
function hoverProblem(file: Dockerfile, { line, column }: Position): Hover | null {
  const found = file.problems.find(({ range: { start, end } }) => {
    const isAfter = line > start.line || (line === start.line && column >= start.column)
    return isAfter && (line < end.line || (line === end.line && column <= end.column))
  })
  if (found === undefined) return null
  const near = found.suggestion === null ? '' : `\n\nPerhaps: \`${found.suggestion}\``
  const page = found.rule === 'syntax' ? '' : `\n\n[${found.rule}](${ruleUrl(found.rule)})`
  return { markdown: `${found.message}${near}${page}`, range: found.range }
}
