// The kinds of stages that a test run is made of. Each runs a program and counts what it says in its JSON report;
// a program that fails without a count is one failure, so that nothing broken can look like nothing tested.

import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

/** @typedef {{ passed: number, failed: number, skipped: number, output: string, note?: string }} StageResult */
/** @typedef {{ name: string, show: 'always' | 'failure', run: () => Promise<StageResult> }} Stage */
/** @typedef {{ top: string, node: string }} At */

/**
 * A program that is right when it ends with 0: one test.
 * @param {At} at
 * @param {string} name
 * @param {string[]} args of node
 * @returns {Stage}
 */
export function programStage(at, name, args) {
  return {
    name,
    show: 'failure',
    run: async () => {
      const { code, output } = await run(at, args, {})
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, output }
    },
  }
}

/**
 * One vitest project.
 * @param {At} at
 * @param {string} name
 * @param {string} project
 * @param {NodeJS.ProcessEnv} env
 * @returns {Stage}
 */
export function vitestStage(at, name, project, env) {
  const report = path.join(at.top, '.cache/test', `${name.replaceAll(/\W+/g, '-')}.json`)
  return {
    name,
    show: 'failure',
    run: async () => {
      rmSync(report, { force: true })
      const { code, output } = await run(
        at,
        [
          ...[path.join(at.top, 'node_modules/vitest/vitest.mjs'), 'run', '--project', project, '--no-color'],
          ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
        ],
        env,
      )
      const read = readReport(report)
      return counted(code, output, read && [read.numPassedTests, read.numFailedTests, read.numPendingTests])
    },
  }
}

/**
 * The journeys in a browser.
 * @param {At} at
 * @param {string} name
 * @returns {Stage}
 */
export function playwrightStage(at, name) {
  const report = path.join(at.top, '.cache/test/ui.json')
  const folder = path.join(at.top, 'e2e/ui')
  if (!existsSync(folder) || !readdirSync(folder).some((file) => file.endsWith('.spec.ts'))) {
    return skippedStage(name, 'there are none in e2e/ui')
  }
  return {
    name,
    show: 'failure',
    run: async () => {
      rmSync(report, { force: true })
      const { code, output } = await run(
        at,
        [path.join(at.top, 'node_modules/@playwright/test/cli.js'), 'test'],
        {
          PLAYWRIGHT_JSON_OUTPUT_NAME: report,
        },
      )
      const stats = readReport(report)?.stats
      return counted(code, output, stats && [stats.expected + stats.flaky, stats.unexpected, stats.skipped])
    },
  }
}

/**
 * A stage that cannot run here; it says why and counts as skipped.
 * @param {string} name
 * @param {string} why
 * @returns {Stage}
 */
export function skippedStage(name, why) {
  return {
    name,
    show: 'failure',
    run: async () => ({ passed: 0, failed: 0, skipped: 1, output: '', note: `because ${why}` }),
  }
}

/**
 * @param {number} code
 * @param {string} output
 * @param {number[] | undefined} counts passed, failed, skipped
 * @returns {StageResult}
 */
function counted(code, output, counts) {
  const [passed = 0, failed = 0, skipped = 0] = counts ?? []
  return { passed, failed: failed === 0 && (code !== 0 || !counts) ? 1 : failed, skipped, output }
}

/** @param {string} file */
function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/**
 * Runs node with arguments and keeps what it says.
 * @param {At} at
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(at, args, env) {
  const child = spawn(at.node, args, {
    cwd: at.top,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Node 24 first, so that what a test starts as `node` is the Node that Longshore runs on.
    env: { ...process.env, PATH: `${path.dirname(at.node)}:${process.env.PATH}`, ...env },
  })
  let output = ''
  const keep = (/** @type {Buffer} */ chunk) => {
    output += chunk.toString()
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
