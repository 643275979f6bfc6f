/** Instructions that set what the image's config says. */
import { toProblem, toWarning } from '../problem.ts'
import type { Slice } from '../source.ts'
import type {
  ArgInstruction,
  EnvInstruction,
  ExposeInstruction,
  LabelInstruction,
  MaintainerInstruction,
  Pair,
  StopsignalInstruction,
  UserInstruction,
  VolumeInstruction,
  Word,
  WorkdirInstruction,
} from '../tree.ts'
import { readJsonList, splitBlanks, splitQuoted } from '../words.ts'
import { fail, type Line, needsOne, readFlags } from './line.ts'
import { checkPort, checkSignal } from './values.ts'

export function readEnv(line: Line): EnvInstruction | null {
  const pairs = readPairs(line)
  return pairs === null ? null : { ...line.base, kind: 'env', pairs }
}

export function readLabel(line: Line): LabelInstruction | null {
  const pairs = readPairs(line)
  return pairs === null ? null : { ...line.base, kind: 'label', pairs }
}

/** `name=value` several times, or of old `name` and the rest of the line. */
function readPairs(line: Line): readonly Pair[] | null {
  readFlags(line)
  const words = splitQuoted(line.args, line.escape)
  const [first] = words
  if (first === undefined) return needsOne(line)
  if (!first.text.includes('=')) return readLegacyPair(line)
  const pairs: Pair[] = []
  for (const word of words) {
    const { name, value } = cut(word)
    if (value === null) {
      const message = `Syntax error - can't find = in "${word.text}". Must be of the form: name=value`
      line.problems.push(toProblem(message, word.range(), `${word.text}=`))
    } else if (isNamed(line, name, word)) pairs.push({ name, value })
  }
  return pairs.length === 0 ? null : pairs
}

function readLegacyPair(line: Line): readonly Pair[] | null {
  const match = /^([^\t\v\f\r ]+)[\t\v\f\r ]+/.exec(line.args.text)
  const written = line.args.text
  if (match === null) return fail(line, `${line.name} must have two arguments`, `${written}=`)
  const value = line.args.sub(match[0].length).word()
  const name = line.args.sub(0, match[1]?.length ?? 0).word()
  const message = `"${line.name} key=value" should be used instead of legacy "${line.name} key value" format`
  const better = /[\s"'\\$]/.test(value.text) ? JSON.stringify(value.text) : value.text
  line.problems.push(
    toWarning('LegacyKeyValueFormat', message, line.base.range, `${line.name} ${name.text}=${better}`),
  )
  return [{ name, value }]
}

export function readArg(line: Line): ArgInstruction | null {
  readFlags(line)
  const words = splitQuoted(line.args, line.escape)
  if (words.length === 0) return needsOne(line)
  const pairs = words.flatMap((word): Pair<Word | null>[] => {
    const { name, value } = cut(word)
    return isNamed(line, name, word) ? [{ name, value }] : []
  })
  return pairs.length === 0 ? null : { ...line.base, kind: 'arg', pairs }
}

function cut(word: Slice): { readonly name: Word; readonly value: Word | null } {
  const equals = word.text.indexOf('=')
  if (equals < 0) return { name: word.word(), value: null }
  return { name: word.sub(0, equals).word(), value: word.sub(equals + 1).word() }
}

function isNamed(line: Line, name: Word, word: Slice): boolean {
  if (name.text !== '') return true
  line.problems.push(toProblem(`${line.name} names can not be blank`, word.range()))
  return false
}

export function readExpose(line: Line): ExposeInstruction | null {
  readFlags(line)
  const ports = splitBlanks(line.args)
  if (ports.length === 0) return needsOne(line)
  for (const port of ports) checkPort(port, line.problems)
  return { ...line.base, kind: 'expose', ports }
}

export function readVolume(line: Line): VolumeInstruction | null {
  readFlags(line)
  const list = readJsonList(line.args)
  if (list.kind === 'other') {
    return fail(line, 'when using JSON array syntax, arrays must be comprised of strings only')
  }
  const paths = list.kind === 'list' ? list.words : splitBlanks(line.args)
  if (paths.length === 0) return needsOne(line)
  const blank = paths.find((path) => path.text.trim() === '')
  if (blank !== undefined) {
    line.problems.push(toProblem('VOLUME specified can not be an empty string', blank.range))
    return null
  }
  return { ...line.base, kind: 'volume', paths }
}

/** The whole rest of the line, which may hold blanks. */
function readRest(line: Line): Word | null {
  readFlags(line)
  if (line.args.text === '') return fail(line, `${line.name} requires exactly one argument`)
  return line.args.word()
}

export function readWorkdir(line: Line): WorkdirInstruction | null {
  const path = readRest(line)
  return path === null ? null : { ...line.base, kind: 'workdir', path }
}

export function readUser(line: Line): UserInstruction | null {
  const user = readRest(line)
  return user === null ? null : { ...line.base, kind: 'user', user }
}

export function readStopsignal(line: Line): StopsignalInstruction | null {
  const signal = readRest(line)
  if (signal === null) return null
  checkSignal(signal, line.problems)
  return { ...line.base, kind: 'stopsignal', signal }
}

export function readMaintainer(line: Line): MaintainerInstruction | null {
  const name = readRest(line)
  return name === null ? null : { ...line.base, kind: 'maintainer', name }
}
