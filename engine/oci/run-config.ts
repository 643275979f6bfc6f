/** The run part of an image's config, from JSON of unknown origin: each field of its type, or refused by name. */
import { EngineError } from '../errors.ts'
import type { HistoryEntry, ImageRunConfig } from './image-config.ts'

type Json = Readonly<Record<string, unknown>>
type Check = (value: unknown) => unknown

/** Undefined stands for "not of this type". Docker takes a lone text for a list of one. */
const text: Check = (value) => (typeof value === 'string' ? value : undefined)
const flag: Check = (value) => (typeof value === 'boolean' ? value : undefined)
const texts: Check = (value) => {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
}
const textMap: Check = (value) =>
  isObject(value) && Object.values(value).every((item) => typeof item === 'string') ? value : undefined
const set: Check = (value) =>
  isObject(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, {}])) : undefined
const health: Check = (value) => {
  if (!isObject(value)) return undefined
  const { Test, ...numbers } = value
  const fine = Object.values(numbers).every((item) => typeof item === 'number')
  return fine && (Test === undefined || texts(Test) !== undefined) ? value : undefined
}

const FIELDS: Readonly<Record<keyof ImageRunConfig, Check>> = {
  User: text,
  ExposedPorts: set,
  Env: texts,
  Entrypoint: texts,
  Cmd: texts,
  Volumes: set,
  WorkingDir: text,
  Labels: textMap,
  StopSignal: text,
  Shell: texts,
  OnBuild: texts,
  ArgsEscaped: flag,
  Healthcheck: health,
}

/** Unknown fields are dropped, null means left out. Throws `invalid`, naming the field. */
export function parseRunConfig(value: unknown): ImageRunConfig {
  if (value === undefined || value === null) return {}
  if (!isObject(value)) throw wrong('config')
  const config: Record<string, unknown> = {}
  for (const [name, check] of Object.entries(FIELDS)) {
    const given = value[name]
    if (given === undefined || given === null) continue
    config[name] = check(given)
    if (config[name] === undefined) throw wrong(`config.${name}`)
  }
  return config as ImageRunConfig
}

/** Throws `invalid` when it is no list of steps. */
export function parseHistory(value: unknown): readonly HistoryEntry[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every(isObject)) throw wrong('history')
  return value as readonly HistoryEntry[]
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(field: string): EngineError {
  return new EngineError('invalid', `the image config is damaged: its ${field} is not of the right type`)
}
