/** What an editor offers at a place of a Dockerfile. Pure: what lies outside of the file is given. */
import { RULES } from '../lint/rules.ts'
import { parseDockerfile } from '../parse.ts'
import type { Dockerfile, Position, Range } from '../tree.ts'
import { PLATFORM_ARGUMENTS } from '../variables.ts'
import { completeMount } from './complete-mount.ts'
import { DIRECTIVE_DOCS, type FlagDoc, INSTRUCTION_DOCS } from './docs.ts'
import { findPlace, type Place } from './place.ts'
import { variablesAt } from './scope.ts'

/** What the editor knows beside the file. */
export interface Known {
  /** Names of images that are here. */
  readonly images: readonly string[]
  /** Names of build arguments that the build is given. */
  readonly buildArgs: readonly string[]
}

/** One offer. */
export interface Completion {
  readonly label: string
  readonly kind:
    | 'instruction'
    | 'flag'
    | 'key'
    | 'value'
    | 'stage'
    | 'image'
    | 'variable'
    | 'directive'
    | 'rule'
  /** What is put in the place of `Completions.range`. */
  readonly insert: string
  /** A short note beside the label. */
  readonly detail: string
  /** Markdown. */
  readonly docs: string
}

/** Offers, and the word that they would stand for. */
export interface Completions {
  readonly items: readonly Completion[]
  readonly range: Range
}

/** Offers for the word that ends at `position`, unfiltered by what is typed of it. Never throws. */
export function complete(text: string, position: Position, known: Known): Completions {
  const place = findPlace(text, position)
  switch (place.kind) {
    case 'body':
      return { items: [], range: { start: position, end: position } }
    case 'outside':
      return completeOutside(place)
    case 'instruction':
      return completeInstruction(place, parseDockerfile(text), known)
  }
}

function completeOutside({ source, offset, isTop }: Extract<Place, { kind: 'outside' }>): Completions {
  const lineStart = source.text.lastIndexOf('\n', offset - 1) + 1
  const written = source.text.slice(lineStart, offset)
  const answer = (word: string, items: readonly Completion[]): Completions => ({
    items,
    range: source.range(offset - word.length, offset),
  })
  const rules = /^\s*#\s*check\s*=.*?(?:skip|experimental)=(?:[\w,]*,)?(\w*)$/i.exec(written)
  if (rules !== null)
    return answer(rules[1] ?? '', [...RULES.map(ruleItem), item('all', 'rule', 'all rules')])
  const directive = /^\s*#\s*(\w*)$/.exec(written)
  if (directive !== null) {
    const items = Object.entries(DIRECTIVE_DOCS).map(([name, docs]) =>
      item(name, 'directive', 'directive', { insert: `${name}=`, docs }),
    )
    return answer(directive[1] ?? '', isTop ? items : [])
  }
  return answer(written.trimStart(), written.includes('#') ? [] : instructionItems())
}

function completeInstruction(
  place: Extract<Place, { kind: 'instruction' }>,
  file: Dockerfile,
  known: Known,
): Completions {
  const { source, offset, statement, index } = place
  const before = statement.line.text.slice(0, index)
  const word = /\S*$/.exec(before)?.[0] ?? ''
  const answer = (part: string, items: readonly Completion[]): Completions => ({
    items,
    range: source.range(Math.max(offset - part.length, 0), offset),
  })
  const onbuild = /^\s*onbuild\s+/i.exec(before)
  const inner = onbuild === null ? before : before.slice(onbuild[0].length)
  const name = /^\S*/.exec(inner)?.[0] ?? ''
  if (inner === name) {
    const refused = ['ONBUILD', 'FROM', 'MAINTAINER']
    const items = instructionItems().filter(({ label }) => onbuild === null || !refused.includes(label))
    return answer(name, items)
  }
  const keyword = name.toUpperCase()
  const position = source.position(offset)
  const variable = /\$\{?(\w*)$/.exec(word)
  if (variable !== null && keyword !== 'CMD' && keyword !== 'ENTRYPOINT') {
    return answer(variable[1] ?? '', variableItems(file, position))
  }
  const stages = () => stageItems(file, position)
  const flags = INSTRUCTION_DOCS[keyword]?.flags ?? {}
  const isAmongFlags = /^\S+(?:\s+--\S+)*\s+(?:--?\S*)?$/.test(inner)
  if (isAmongFlags && word.startsWith('-')) {
    const equals = word.indexOf('=')
    if (equals < 0) return answer(word, flagItems(flags, inner))
    const value = word.slice(equals + 1)
    const flag = word.slice(2, equals)
    if (flag === 'mount') {
      const mount = completeMount(value, stages())
      return answer(mount.part, mount.items)
    }
    return answer(value, flagValues(flag, [...stages(), ...imageItems(known)]))
  }
  const offered = argumentItems(keyword, inner.slice(name.length), file, position, known)
  return answer(word, [...offered, ...(isAmongFlags && word === '' ? flagItems(flags, inner) : [])])
}

function argumentItems(
  keyword: string,
  written: string,
  file: Dockerfile,
  position: Position,
  known: Known,
): readonly Completion[] {
  const words = written
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '' && !word.startsWith('--'))
  const isNew = /\s$/.test(written)
  switch (keyword) {
    case 'FROM':
      if (words.length === 0 || (words.length === 1 && !isNew)) {
        const scratch = item('scratch', 'stage', 'nothing', { docs: 'Begins with no files at all.' })
        return [...stageItems(file, position), ...imageItems(known), scratch]
      }
      return words.length === 1 || (words.length === 2 && !isNew)
        ? [item('AS', 'value', 'names the stage')]
        : []
    case 'ARG': {
      const globals = file.globalArgs.flatMap((arg) => arg.pairs.map((pair) => pair.name.text))
      const names = new Set([...globals, ...known.buildArgs, ...PLATFORM_ARGUMENTS])
      return [...names].map((name) => item(name, 'variable', 'build argument'))
    }
    case 'HEALTHCHECK':
      return words.length > 1 ? [] : ['CMD', 'NONE'].map((word) => item(word, 'value', ''))
    case 'STOPSIGNAL':
      return ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGKILL', 'SIGWINCH'].map(
        (word) => item(word, 'value', 'signal'),
      )
    case 'SHELL':
      return [
        ['["/bin/bash", "-o", "pipefail", "-c"]', 'bash, which fails with the first part of a pipe'],
        ['["/bin/sh", "-ec"]', 'sh, which stops at the first command that fails'],
      ].map(([label = '', detail = '']) => item(label, 'value', detail))
    default:
      return []
  }
}

function item(
  label: string,
  kind: Completion['kind'],
  detail: string,
  more: { readonly insert?: string; readonly docs?: string } = {},
): Completion {
  return { label, kind, detail, insert: more.insert ?? label, docs: more.docs ?? '' }
}

function instructionItems(): readonly Completion[] {
  return Object.entries(INSTRUCTION_DOCS).map(([name, doc]) =>
    item(name, 'instruction', doc.forms[0] ?? '', { insert: `${name} `, docs: doc.text }),
  )
}

function flagItems(flags: Readonly<Record<string, FlagDoc>>, written: string): readonly Completion[] {
  return Object.entries(flags)
    .filter(([name, flag]) => flag.many === true || !new RegExp(`\\s--${name}[=\\s]`).test(written))
    .map(([name, { value, text }]) => {
      const label = `--${name}`
      const insert = value === null ? label : `${label}=`
      return item(label, 'flag', value === null ? '' : `${label}=${value}`, { insert, docs: text })
    })
}

function flagValues(flag: string, origins: readonly Completion[]): readonly Completion[] {
  const values = (...words: string[]) => words.map((word) => item(word, 'value', ''))
  switch (flag) {
    case 'from':
      return origins
    case 'platform':
      return values('$BUILDPLATFORM', '$TARGETPLATFORM', 'linux/amd64', 'linux/arm64', 'linux/arm/v7')
    case 'network':
      return values('default', 'none', 'host')
    case 'security':
      return values('sandbox', 'insecure')
    case 'link':
    case 'parents':
    case 'keep-git-dir':
    case 'unpack':
      return values('true', 'false')
    case 'chmod':
      return values('644', '755', 'u=rwX,go=rX', '+x')
    case 'checksum':
      return values('sha256:')
    case 'interval':
    case 'timeout':
    case 'start-period':
    case 'start-interval':
      return values('5s', '30s', '1m')
    default:
      return []
  }
}

function stageItems(file: Dockerfile, position: Position): readonly Completion[] {
  return file.stages
    .filter((stage) => stage.name !== null && stage.range.end.line < position.line)
    .map((stage) =>
      item(stage.name ?? '', 'stage', `stage on ${stage.from.image.text}`, {
        docs: stage.from.comment.join('\n'),
      }),
    )
}

function imageItems(known: Known): readonly Completion[] {
  return known.images.map((image) => item(image, 'image', 'image'))
}

function variableItems(file: Dockerfile, position: Position): readonly Completion[] {
  return [...variablesAt(file, position).values()].map(({ name, kind, value }) =>
    item(name, 'variable', `${kind.toUpperCase()}${value === null ? '' : ` = ${value}`}`),
  )
}

function ruleItem(rule: (typeof RULES)[number]): Completion {
  return item(rule.name, 'rule', 'build check', { docs: rule.description })
}
