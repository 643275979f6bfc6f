// Runs a program in the foreground as if it were this one: its signals, its exit code.

import { spawn } from 'node:child_process'
import os from 'node:os'

/**
 * Runs `program` to its end with this terminal; resolves with its code, 128+n when a signal ended it.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function foreground(program, args, options = {}) {
  const child = spawn(program, args, { stdio: 'inherit', ...options })
  /** @type {NodeJS.Signals[]} */
  const forwarded = ['SIGTERM', 'SIGINT', 'SIGHUP']
  const handlers = forwarded.map((signal) => {
    const handler = () => void child.kill(signal)
    process.on(signal, handler)
    return /** @type {const} */ ([signal, handler])
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler)
      resolve(signal ? 128 + os.constants.signals[signal] : (code ?? 1))
    })
  })
}
