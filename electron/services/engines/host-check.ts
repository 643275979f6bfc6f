/** What this machine can do for the embedded engine, as its own `check` command says it. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { HostCheck } from '../../contract/engines.ts'
import type { EmbeddedOptions } from './embedded.ts'

/** Runs `longshore engine check --json`; a check that cannot run is itself a line that says so. */
export function checkHost(options: EmbeddedOptions): Promise<readonly HostCheck[]> {
  if (!existsSync(options.program)) {
    return Promise.resolve([
      failed('this copy of Longshore has no engine of its own', 'Connect another engine.'),
    ])
  }
  return new Promise((resolve) => {
    const args = [options.program, 'check', '--json']
    execFile(options.node, args, { timeout: 20_000 }, (error, stdout, stderr) => {
      const checks = parse(stdout)
      if (checks) resolve(checks)
      else
        resolve([
          failed(stderr.trim() || error?.message || 'it said nothing', 'Run "longshore engine check".'),
        ])
    })
  })
}

function failed(detail: string, remedy: string): HostCheck {
  return { name: 'Embedded engine', ok: false, detail, remedy }
}

function parse(text: string): HostCheck[] | null {
  try {
    const found: unknown = JSON.parse(text)
    const list = Array.isArray(found) ? found : (found as { checks?: unknown }).checks
    if (!Array.isArray(list)) return null
    return list.map((item: Readonly<Record<string, unknown>>) => ({
      name: String(item.name ?? item.what ?? ''),
      ok: item.ok === true,
      detail: String(item.detail ?? ''),
      remedy: typeof item.remedy === 'string' ? item.remedy : null,
    }))
  } catch {
    return null
  }
}
