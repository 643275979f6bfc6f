/** COPY and ADD. */

import type { FlagValues } from '../flags.ts'
import { type ReadHeredoc, readMark } from '../heredoc.ts'
import { toProblem } from '../problem.ts'
import type { AddInstruction, CopyFields, CopyInstruction, Source, Word } from '../tree.ts'
import { readJsonList, splitBlanks } from '../words.ts'
import { fail, type Line, readFlags } from './line.ts'
import { checkChecksum, checkMode } from './values.ts'

const SHARED = { chown: 'text', chmod: 'text', link: 'boolean', exclude: 'list' } as const

export function readCopy(line: Line): CopyInstruction | null {
  const flags = readFlags(line, { ...SHARED, from: 'text', parents: 'boolean' })
  const fields = readCopyFields(line, flags)
  if (fields === null) return null
  return {
    ...line.base,
    kind: 'copy',
    ...fields,
    from: flags.text('from'),
    parents: flags.boolean('parents') ?? false,
  }
}

export function readAdd(line: Line): AddInstruction | null {
  const flags = readFlags(line, {
    ...SHARED,
    checksum: 'text',
    'keep-git-dir': 'boolean',
    unpack: 'boolean',
  })
  const fields = readCopyFields(line, flags)
  if (fields === null) return null
  const checksum = flags.text('checksum')
  checkChecksum(checksum, line.problems)
  return {
    ...line.base,
    kind: 'add',
    ...fields,
    checksum,
    keepGitDir: flags.boolean('keep-git-dir'),
    unpack: flags.boolean('unpack'),
  }
}

function readCopyFields(line: Line, flags: FlagValues): CopyFields | null {
  const list = readJsonList(line.args)
  if (list.kind === 'other') {
    return fail(line, 'when using JSON array syntax, arrays must be comprised of strings only')
  }
  const words = list.kind === 'list' ? list.words : splitBlanks(line.args)
  const destination = words.at(-1)
  if (destination === undefined || words.length < 2) {
    const given = destination === undefined ? 'none was' : 'only one was'
    const message = `${line.name} requires at least two arguments, but ${given} provided. Destination could not be determined`
    return fail(line, message)
  }
  if (list.kind === 'none' && readMark(destination.text) !== null) {
    const message = `${line.name} cannot accept a heredoc as a destination`
    line.problems.push(toProblem(message, destination.range))
    return null
  }
  checkMode(flags.text('chmod'), line.problems)
  const sources = words
    .slice(0, -1)
    .map((word): Source => toSource(word, list.kind === 'none' ? line.heredocs : []))
  return {
    sources,
    destination,
    chown: flags.text('chown'),
    chmod: flags.text('chmod'),
    link: flags.boolean('link') ?? false,
    exclude: flags.list('exclude'),
  }
}

/** A name that is used twice means the last of them, as in BuildKit. */
function toSource(word: Word, heredocs: readonly ReadHeredoc[]): Source {
  const mark = heredocs.length === 0 ? null : readMark(word.text)
  const found = heredocs.findLast((one) => one.heredoc.name === mark?.name)
  return found === undefined ? { kind: 'path', word } : { kind: 'heredoc', heredoc: found.heredoc }
}
