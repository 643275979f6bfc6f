import { splitFlags } from '../flags.ts'
import { type ReadHeredoc, readHeredocs } from '../heredoc.ts'
import { type Problems, toProblem } from '../problem.ts'
import type { Slice } from '../source.ts'
import type { Statement, StatementReader } from '../statements.ts'
import { suggest } from '../suggest.ts'
import type { Instruction, InstructionBase, OnbuildInstruction } from '../tree.ts'
import { readJsonList } from '../words.ts'
import { readAdd, readCopy } from './files.ts'
import { readFrom } from './from.ts'
import { fail, type Line, needsOne, readFlags } from './line.ts'
import { readCmd, readEntrypoint, readHealthcheck, readRun, readShell } from './process.ts'
import {
  readArg,
  readEnv,
  readExpose,
  readLabel,
  readMaintainer,
  readStopsignal,
  readUser,
  readVolume,
  readWorkdir,
} from './settings.ts'

const READERS: Readonly<Record<string, (line: Line) => Instruction | null>> = {
  ADD: readAdd,
  ARG: readArg,
  CMD: readCmd,
  COPY: readCopy,
  ENTRYPOINT: readEntrypoint,
  ENV: readEnv,
  EXPOSE: readExpose,
  FROM: readFrom,
  HEALTHCHECK: readHealthcheck,
  LABEL: readLabel,
  MAINTAINER: readMaintainer,
  ONBUILD: readOnbuild,
  RUN: readRun,
  SHELL: readShell,
  STOPSIGNAL: readStopsignal,
  USER: readUser,
  VOLUME: readVolume,
  WORKDIR: readWorkdir,
}

/** Names of all instructions, in capitals. */
export const INSTRUCTION_NAMES: readonly string[] = Object.keys(READERS)

/** What reading an instruction takes from the file around it. */
export interface Surroundings {
  readonly reader: StatementReader
  readonly escape: '\\' | '`'
  readonly problems: Problems
}

/** Reads one statement, and the bodies of its heredocs. Null where it cannot be understood; why is told. */
export function readInstruction(statement: Statement, around: Surroundings): Instruction | null {
  const { line } = statement
  const { keyword, flags, args } = cut(line)
  const name = keyword.text.toUpperCase()
  const heredocs = mayHoldHeredocs(name, args) ? readHeredocs(line, around.reader, around.problems) : []
  const base: InstructionBase = {
    range: {
      start: line.source.position(statement.start),
      end: heredocs.at(-1)?.heredoc.body.end ?? line.source.position(statement.end),
    },
    text: toText(line.text),
    comment: statement.comment,
    keyword,
  }
  return readNamed({ base, name, flags, args, heredocs, escape: around.escape, problems: around.problems })
}

function readNamed(line: Line): Instruction | null {
  const read = Object.hasOwn(READERS, line.name) ? READERS[line.name] : undefined
  if (read !== undefined) return read(line)
  const { keyword } = line.base
  const near = suggest(line.name, INSTRUCTION_NAMES)
  line.problems.push(toProblem(`unknown instruction: ${keyword.text}`, keyword.range, near))
  return null
}

function cut(line: Slice): { readonly keyword: Line['base']['keyword'] } & Pick<Line, 'flags' | 'args'> {
  const length = /^[^\t\v\f\r ]*/.exec(line.text)?.[0].length ?? 0
  const { flags, rest } = splitFlags(line.sub(length).trim())
  return { keyword: line.sub(0, length).word(), flags, args: rest }
}

function toText(line: string): string {
  const text = line.trim()
  const length = /^\S*/.exec(text)?.[0].length ?? 0
  return text.slice(0, length).toUpperCase() + text.slice(length)
}

/** Only RUN, COPY and ADD take heredocs, also below ONBUILD, and none of them in JSON form. */
function mayHoldHeredocs(name: string, args: Slice): boolean {
  if (name === 'ONBUILD') {
    const inner = cut(args)
    return mayHoldHeredocs(inner.keyword.text.toUpperCase(), inner.args)
  }
  const takes = name === 'RUN' || name === 'COPY' || name === 'ADD'
  return takes && readJsonList(args).kind === 'none'
}

function readOnbuild(line: Line): OnbuildInstruction | null {
  readFlags(line)
  if (line.args.text === '') return needsOne(line)
  const { keyword, flags, args } = cut(line.args)
  const name = keyword.text.toUpperCase()
  if (name === 'ONBUILD') return fail(line, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
  const refused = `${name} isn't allowed as an ONBUILD trigger`
  if (name === 'FROM' || name === 'MAINTAINER') return fail(line, refused)
  const base: InstructionBase = {
    range: { start: keyword.range.start, end: line.base.range.end },
    text: toText(line.args.text),
    comment: [],
    keyword,
  }
  const trigger = readNamed({ ...line, base, name, flags, args })
  if (trigger === null || trigger.kind === 'from') return null
  return { ...line.base, kind: 'onbuild', trigger, source: toSource(line.args.text, line.heredocs) }
}

/** The text that a build on the image reads again. */
function toSource(text: string, heredocs: readonly ReadHeredoc[]): string {
  return text + heredocs.map(({ heredoc, raw }) => `\n${raw}${heredoc.name}`).join('')
}
