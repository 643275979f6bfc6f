/** A file that was read again -> the configuration of an engine that runs. */
import { type EngineConfig, logLevelOf } from './config.ts'
import { ALL_KEYS, type Given, type KeyName } from './keys.ts'
import { settingsOf } from './settings.ts'

/** What a reload comes to. */
export interface Reload {
  /** The running configuration with what changes now. */
  readonly config: EngineConfig
  /** Keys whose new value holds from now on. */
  readonly applied: readonly KeyName[]
  /** Keys whose new value waits for the next start. */
  readonly ignored: readonly KeyName[]
}

/** `readText` as in `ConfigFacts`. */
export function reloaded(
  running: EngineConfig,
  fresh: EngineConfig,
  readText: (path: string) => string | null,
): Reload {
  const changed = ALL_KEYS.filter(
    ([name]) => JSON.stringify(running.given[name]) !== JSON.stringify(fresh.given[name]),
  )
  const of = (reloadable: boolean) =>
    changed.filter(([, key]) => (key.reloadable ?? false) === reloadable).map(([name]) => name)
  const applied = of(true)
  const given: Given = Object.fromEntries([
    ...Object.entries(running.given).filter(([name]) => !applied.includes(name as KeyName)),
    ...Object.entries(fresh.given).filter(([name]) => applied.includes(name as KeyName)),
  ])
  const config = { ...running, given, logLevel: logLevelOf(given), settings: settingsOf(given, readText) }
  return { config, applied, ignored: of(false) }
}
