/** Finds out, quickly, whether a window can be had, and opens it. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { CliOptions } from './options.ts'
import { TOP } from './places.ts'

export type WindowOutcome =
  | { readonly kind: 'ended'; readonly code: number }
  | { readonly kind: 'none'; readonly why: string }

/** A window that has not shown itself by then does not come: no display, no GPU process, no binary. */
const PATIENCE_MS = 20_000

/** Starts Electron and resolves when its window has been closed, or says why there is none. */
export async function openWindow(options: CliOptions): Promise<WindowOutcome> {
  const display = process.env.DISPLAY || process.env.WAYLAND_DISPLAY
  if (process.platform === 'linux' && !display) return { kind: 'none', why: 'there is no display' }
  const binary = electronBinary()
  if (binary === null) return { kind: 'none', why: 'Electron is not installed' }
  const entry = path.join(TOP, 'dist/desktop/main.cjs')
  if (!existsSync(entry)) return { kind: 'none', why: 'the desktop shell is not built' }
  return run(binary, entry, options)
}

function run(binary: string, entry: string, options: CliOptions): Promise<WindowOutcome> {
  return new Promise((resolve) => {
    const args = [
      entry,
      `--state=${options.stateDirectory}`,
      `--root=${options.engineRoot}`,
      `--socket=${options.engineSocket}`,
      ...(options.stopEngineOnExit ? ['--stop-engine-on-exit'] : []),
    ]
    const child = spawn(binary, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, LONGSHORE_NODE: process.execPath },
    })
    let shown = false
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      resolve({ kind: 'none', why: 'Electron did not open one in time' })
    }, PATIENCE_MS)
    child.on('message', (message) => {
      if (message !== 'window-shown') return
      shown = true
      clearTimeout(timer)
    })
    const forward = (signal: NodeJS.Signals) => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, forward)
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ kind: 'none', why: error.message })
    })
    child.on('exit', (code) => {
      clearTimeout(timer)
      if (shown) resolve({ kind: 'ended', code: code ?? 1 })
      else resolve({ kind: 'none', why: `Electron ended with code ${code}` })
    })
  })
}

/** The binary that is there already. Never `require('electron')`: under Node it would begin a download. */
function electronBinary(): string | null {
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'))
    const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
    const pathFile = path.join(folder, 'path.txt')
    const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : 'electron'
    const binary = path.join(override || path.join(folder, 'dist'), name)
    return existsSync(binary) ? binary : null
  } catch {
    return null
  }
}
