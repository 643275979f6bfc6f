// npm test: everything that must hold, in at most ten minutes once packages are there.
//
//   --full          podman too, the long tables, each fault three times
//   --only a,b      only these stages (types, lint, unit, api, clients, build, cli, faults, ui)
//
// The last line is always the sum: `N passed, N failed` (and `, N skipped`).

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildRenderer } from './build.mjs'
import { clock, say } from './setup/say.mjs'
import { setUp } from './setup/setup.mjs'
import { playwrightStage, programStage, skippedStage, vitestStage } from './test/stage.mjs'
import { buildDifferences, engineMatrix, readResults, rowTable } from './test/tables.mjs'

const top = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const reports = path.join(top, '.cache/test')
const full = process.argv.includes('--full')
const onlyAt = process.argv.indexOf('--only')
const only = onlyAt === -1 ? undefined : (process.argv[onlyAt + 1] ?? '').split(',')
/** The stage that the others need not wait for. */
const ORACLE = 'api on dockerd'
const total = { passed: 0, failed: 0, skipped: 0 }

try {
  const whole = clock()
  const { node, missing } = setUp(top, full ? 'full' : 'test')
  await buildRenderer(top, node)
  // What an earlier run showed is not what this one shows.
  if (only === undefined) rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
  const groups = stages(node, new Set(missing.map((part) => part.name)))
  // The oracle takes as long as all the rest: it runs beside, from its turn on.
  const beside = []
  for (const group of groups) {
    if (group.some((stage) => stage.name === ORACLE)) beside.push(runGroup(group))
    else await runGroup(group)
  }
  await Promise.all(beside)
  printTables()
  say('test', `all stages took ${whole()}`)
} catch (error) {
  say('test', error instanceof Error ? error.message : String(error))
  total.failed++
}
const skips = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skips}\n`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1

/**
 * The stages, grouped: those of a group run at the same time.
 * @param {string} node
 * @param {Set<string>} missing names of native parts that are not here
 * @returns {import('./test/stage.mjs').Stage[][]}
 */
function stages(node, missing) {
  const at = { top, node }
  const bin = (/** @type {string} */ file) => path.join(top, 'node_modules', file)
  const isRoot = process.getuid?.() === 0
  const engine = (
    /** @type {string} */ name,
    /** @type {string} */ project,
    /** @type {object} */ more = {},
  ) => vitestStage(at, `${project} on ${name}`, project, { LONGSHORE_E2E_ENGINES: name, ...more })
  /** @type {(name: string, part: string, make: () => import('./test/stage.mjs').Stage) => import('./test/stage.mjs').Stage} */
  const needs = (name, part, make) => {
    if (!isRoot) return skippedStage(name, 'it needs root')
    return missing.has(part) ? skippedStage(name, `${part} is missing`) : make()
  }
  /** @type {[string, import('./test/stage.mjs').Stage[]][]} */
  const all = [
    ['types', [programStage(at, 'types', [bin('typescript/bin/tsc'), '-b'])]],
    ['lint', [programStage(at, 'lint', [bin('@biomejs/biome/bin/biome'), 'check', '.'])]],
    ['unit', [vitestStage(at, 'unit', 'unit', {})]],
    ['api', [needs(ORACLE, 'dockerd', () => engine('dockerd', 'api'))]],
    [
      'api',
      [
        needs('api on embedded', 'docker-registry', () => engine('embedded', 'api')),
        needs('api on rootless', 'newuidmap', () => engine('rootless', 'api')),
      ],
    ],
    ...(full
      ? [
          /** @type {[string, any]} */ ([
            'api',
            [needs('api on podman', 'podman', () => engine('podman', 'api'))],
          ]),
        ]
      : []),
    ['clients', [needs('other clients', 'docker-compose', () => engine('embedded,dockerd', 'clients'))]],
    ['build', [needs('build', 'dockerd', () => engine('embedded,dockerd', 'build'))]],
    ['rootless', [needs('rootless', 'newuidmap', () => vitestStage(at, 'rootless', 'rootless', {}))]],
    ['cli', [needs('cli', 'dockerd', () => ({ ...engine('embedded,dockerd', 'cli'), show: 'always' }))]],
    [
      'faults',
      [
        needs('faults', 'docker-registry', () =>
          engine('embedded', 'faults', { LONGSHORE_REPEAT: full ? '3' : '1' }),
        ),
      ],
    ],
    ['ui', [needs('ui journeys', 'Chromium', () => playwrightStage(at, 'ui journeys'))]],
  ]
  return all.filter(([name]) => only === undefined || only.includes(name)).map(([, group]) => group)
}

/** The tables that the reports give: printed, and kept beside them. */
function printTables() {
  const results = readResults(reports)
  const matrix = engineMatrix(results)
  const features = JSON.parse(readFileSync(path.join(top, 'e2e/features.json'), 'utf8'))
  const rows = rowTable(features, results)
  writeFileSync(path.join(reports, 'matrix.txt'), `${matrix}\n`)
  writeFileSync(path.join(reports, 'rows.txt'), `${rows.text}\n`)
  const builds = buildDifferences(path.join(reports, 'build'))
  if (builds !== '') writeFileSync(path.join(reports, 'builds.txt'), `${builds}\n`)
  process.stdout.write(`${[matrix, builds, rows.text].filter((text) => text !== '').join('\n\n')}\n`)
  const count = Object.keys(features).length
  say('test', `${count - rows.unshown.length} of ${count} rows of the feature table are shown by a test`)
}

/** @param {import('./test/stage.mjs').Stage[]} group */
async function runGroup(group) {
  await Promise.all(
    group.map(async (stage) => {
      const took = clock()
      say('test', `${stage.name} ...`)
      const result = await stage.run()
      total.passed += result.passed
      total.failed += result.failed
      total.skipped += result.skipped
      const sum = `${result.passed} passed, ${result.failed} failed${result.skipped ? `, ${result.skipped} skipped` : ''}`
      if (result.failed > 0 || stage.show === 'always') process.stdout.write(result.output)
      say('test', `${stage.name}: ${sum} (${took()})${result.note ? ` ${result.note}` : ''}`)
    }),
  )
}
