/** Cli: Longshore from a terminal. Opens the window or the headless shell, or prints what scripts ask for. */
import { readFileSync } from 'node:fs'
import { isEngineError } from '../../engine/errors.ts'
import type { CliOptions } from './options.ts'
import { HELP, readOptions } from './options.ts'

/** Each command loads what it needs and no more: a build that changes nothing is mostly the start of this program. */
async function main(): Promise<number> {
  const [door, ...rest] = process.argv.slice(2)
  if (door === 'compose') {
    const places = readOptions([], process.env, process.getuid?.() ?? 1)
    return (await import('./compose/main.ts')).compose(rest, places.engineSocket)
  }
  if (door === 'build') {
    const places = readOptions([], process.env, process.getuid?.() ?? 1)
    return (await import('./build/main.ts')).build(rest, places.engineSocket)
  }
  if (door === 'builder') {
    const places = readOptions([], process.env, process.getuid?.() ?? 1)
    return (await import('./builder/main.ts')).builder(rest, places.engineSocket)
  }
  const options = readOptions(process.argv.slice(2), process.env, process.getuid?.() ?? 1)
  const version = readVersion()
  switch (options.command) {
    case 'help':
      process.stdout.write(HELP)
      return 0
    case 'version':
      console.log(`longshore ${version}`)
      return 0
    case 'ps':
      return (await import('./print.ts')).printContainers(options, version)
    case 'images':
      return (await import('./print.ts')).printImages(options, version)
    case 'serve':
      return (await import('./serve.ts')).serve(options, version)
    case 'open':
      return open(options, version)
  }
}

/** The window where it can be had, else the link. */
async function open(options: CliOptions, version: string): Promise<number> {
  const window = await (await import('./window.ts')).openWindow(options)
  if (window.kind === 'ended') return window.code
  console.log(`No window here (${window.why}); Longshore serves it to a browser instead.`)
  return (await import('./serve.ts')).serve(options, version)
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}

try {
  process.exit(await main())
} catch (error) {
  if (error instanceof Error && error.name === 'LoadError') {
    console.error(error.message)
    process.exit(1)
  }
  if (!isEngineError(error)) throw error
  console.error(`longshore: ${error.message}`)
  process.exit(error.kind === 'invalid' ? 2 : 1)
}
