#!/usr/bin/env node
// The `longshore` command. Plain JavaScript for Node 20 and newer, because it is what runs before Longshore's
// own Node 24 is known: it finds that Node, picks the right entry and gets out of the way.
//
//   longshore engine ...   engine/main.ts, the container engine in the foreground
//   longshore ...          electron/cli/main.ts, everything else

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findNode24, isNewEnough } from './setup/node24.mjs'

const top = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const [door, ...rest] = process.argv.slice(2)
const entry = path.join(top, door === 'engine' ? 'engine/main.ts' : 'electron/cli/main.ts')
const args = door === 'engine' ? rest : process.argv.slice(2)

// Stripping types from the engine's files costs most of its start; V8's cache on disk removes it.
const cacheRoot = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache')
const compileCache = process.env.NODE_COMPILE_CACHE || path.join(cacheRoot, 'longshore', 'compile')

if (!existsSync(entry)) {
  fail(`${entry} is missing, so this copy of Longshore is not complete; get it again with git or npm.`)
} else if (isNewEnough(process.versions.node)) {
  runHere()
} else {
  runThere()
}

/** This Node will do: become the program, in one process, so that signals and exit codes are its own. */
function runHere() {
  module.enableCompileCache?.(compileCache)
  process.argv = [process.execPath, entry, ...args]
  import(pathToFileURL(entry).href).catch((error) => {
    console.error(error)
    process.exitCode = 1
  })
}

/** This Node is too old: start the program under Node 24, pass signals on, and end as it ends. */
function runThere() {
  const node = findNode24(top)
  if (!node) {
    fail(
      `Longshore needs Node 24 or newer and this is ${process.version}. ` +
        `Run "npm ci --ignore-scripts" in ${top}, which brings one, or install Node 24.`,
    )
    return
  }
  // Sockets that a service manager has opened for us are meant for the engine; whose process they name is this one.
  const mine = process.env.LISTEN_PID === String(process.pid)
  const handed = Array.from({ length: mine ? Number(process.env.LISTEN_FDS) || 0 : 0 }, (_, at) => 3 + at)
  const env = { ...process.env }
  if (mine) delete env.LISTEN_PID
  const child = spawn(node, [entry, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', ...handed],
    env: { ...env, NODE_COMPILE_CACHE: compileCache },
  })
  /** @type {NodeJS.Signals[]} */
  const forwarded = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']
  for (const signal of forwarded) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`could not start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => {
    process.exit(signal ? 128 + os.constants.signals[signal] : (code ?? 1))
  })
}

/** @param {string} message */
function fail(message) {
  console.error(`longshore: ${message}`)
  process.exitCode = 1
}
