/** A seccomp profile from a request: checked to its leaves before anything is made of it. */
import { EngineError } from '../../../errors.ts'

type Json = Readonly<Record<string, unknown>>

const ACTIONS = [
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
]
const OPERATORS = ['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'].map((name) => `SCMP_CMP_${name}`)
/** A system call has at most six arguments. */
const LAST_ARGUMENT = 5

/** The profile in `text`. Throws `invalid`, naming what is wrong with which rule. */
export function parseSeccompProfile(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new EngineError('invalid', `Decoding seccomp profile failed: ${(cause as Error).message}`, {
      cause,
    })
  }
  if (!isObject(value)) throw wrong('it must be a JSON object')
  oneOf(value.defaultAction, ACTIONS, 'defaultAction')
  optional(value.defaultErrnoRet, isErrno, 'defaultErrnoRet must be an error number')
  optional(value.architectures, isTexts, 'architectures must be a list of names')
  optional(value.archMap, isArchMap, 'archMap must be a list of architectures with subArchitectures')
  if (some(value.architectures) && some(value.archMap)) {
    throw wrong("'architectures' and 'archMap' were specified in the seccomp profile, use either one")
  }
  if (value.syscalls !== undefined && value.syscalls !== null && !Array.isArray(value.syscalls)) {
    throw wrong('syscalls must be a list of rules')
  }
  const syscalls = (value.syscalls ?? []) as unknown[]
  syscalls.forEach(checkRule)
  return { ...value, syscalls }
}

function checkRule(rule: unknown, index: number): void {
  const at = `syscalls[${index}]`
  if (!isObject(rule)) throw wrong(`${at} must be an object`)
  const named = typeof rule.name === 'string' && rule.name !== ''
  if (rule.names === undefined && !named) throw wrong(`${at} has neither name nor names`)
  if (some(rule.names) && named) {
    throw wrong(`'name' and 'names' were specified in the seccomp profile, use either one (${at})`)
  }
  optional(rule.names, isTexts, `${at}.names must be a list of system calls`)
  oneOf(rule.action, ACTIONS, `${at}.action`)
  optional(rule.errnoRet, isErrno, `${at}.errnoRet must be an error number`)
  for (const name of ['includes', 'excludes']) {
    optional(rule[name], isCondition, `${at}.${name} must hold lists of caps and arches, and minKernel`)
  }
  if (rule.args === undefined || rule.args === null) return
  if (!Array.isArray(rule.args)) throw wrong(`${at}.args must be a list`)
  rule.args.forEach((argument: unknown, n) => {
    checkArgument(argument, `${at}.args[${n}]`)
  })
}

function checkArgument(argument: unknown, at: string): void {
  if (!isObject(argument)) throw wrong(`${at} must be an object`)
  const { index, value, valueTwo, op } = argument
  if (!isWhole(index) || index > LAST_ARGUMENT) throw wrong(`${at}.index must be 0 to ${LAST_ARGUMENT}`)
  if (!isWhole(value)) throw wrong(`${at}.value must be a whole number below 2^53`)
  optional(valueTwo, isWhole, `${at}.valueTwo must be a whole number below 2^53`)
  oneOf(op, OPERATORS, `${at}.op`)
}

function oneOf(value: unknown, allowed: readonly string[], what: string): void {
  if (typeof value === 'string' && allowed.includes(value)) return
  throw wrong(`${what} ${JSON.stringify(value) ?? 'is missing: it'} must be one of ${allowed.join(', ')}`)
}

function optional(value: unknown, check: (value: unknown) => boolean, message: string): void {
  if (value !== undefined && value !== null && !check(value)) throw wrong(message)
}

function isCondition(value: unknown): boolean {
  if (!isObject(value)) return false
  const { caps, arches, minKernel } = value
  const lists = [caps, arches].every((list) => list === undefined || list === null || isTexts(list))
  return lists && (minKernel === undefined || /^\d+\.\d+/.test(String(minKernel)))
}

function isArchMap(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (entry) =>
        isObject(entry) &&
        typeof entry.architecture === 'string' &&
        (!some(entry.subArchitectures) || isTexts(entry.subArchitectures)),
    )
  )
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isErrno(value: unknown): boolean {
  return isWhole(value) && value <= 4095
}

/** JSON numbers above this are rounded when they are read: a filter of another number would be made. */
function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function some(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(why: string): EngineError {
  return new EngineError('invalid', `Decoding seccomp profile failed: ${why}`)
}
