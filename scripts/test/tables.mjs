// What a test run has shown, from the reports it left in .cache/test: which rows of the feature table, and how the
// engines compare case by case.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** @typedef {{ title: string, fullName: string, status: string, meta?: { caseName?: string, engine?: string, differs?: string } }} Result */
/** @typedef {Readonly<Record<string, string>>} Features id of a row -> what it is */

/**
 * Every result of the reports in a folder.
 * @param {string} folder
 * @returns {Result[]}
 */
export function readResults(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const report = JSON.parse(readFileSync(path.join(folder, name), 'utf8'))
      if (Array.isArray(report.testResults)) {
        return report.testResults.flatMap(
          (/** @type {{ assertionResults: Result[] }} */ file) => file.assertionResults,
        )
      }
      return (report.suites ?? []).flatMap(journeys)
    })
}

/**
 * Journeys of the browser: a tree of suites.
 * @param {{ title: string, suites?: any[], specs?: { title: string, ok: boolean }[] }} suite
 * @returns {Result[]}
 */
function journeys(suite) {
  const own = (suite.specs ?? []).map(({ title, ok }) => ({
    ...{ title, fullName: `${suite.title} ${title}` },
    status: ok ? 'passed' : 'failed',
  }))
  return [...own, ...(suite.suites ?? []).flatMap(journeys)]
}

/**
 * Row -> tests -> result. `unshown` are the rows that no passing test shows.
 * @param {Features} features
 * @param {readonly Result[]} results
 * @returns {{ text: string, unshown: string[] }}
 */
export function rowTable(features, results) {
  /** @type {Map<string, { passed: string[], failed: string[] }>} */
  const tests = new Map(Object.keys(features).map((id) => [id, { passed: [], failed: [] }]))
  for (const result of results) {
    for (const [, id = ''] of result.title.matchAll(/\[(\d\d\.\d\d)\]/g)) {
      const of = tests.get(id)
      if (of && result.status === 'passed' && !result.meta?.differs) of.passed.push(plain(result))
      else if (of && result.status === 'failed') of.failed.push(plain(result))
    }
  }
  const unshown = [...tests].filter(([, { passed, failed }]) => passed.length === 0 || failed.length > 0)
  const lines = [...tests].map(([id, { passed, failed }]) => {
    const verdict = failed.length > 0 ? 'FAILS' : passed.length > 0 ? 'shown' : 'no test'
    const names = [...new Set(failed.length > 0 ? failed : passed)]
    const more = names.length > 1 ? ` (and ${names.length - 1} more)` : ''
    return `${id}  ${verdict.padEnd(7)}  ${(features[id] ?? '').slice(0, 52).padEnd(52)}  ${names[0] ?? ''}${more}`
  })
  return { text: lines.join('\n'), unshown: unshown.map(([id]) => id) }
}

/** @param {Result} result */
function plain(result) {
  return (result.meta?.caseName ?? result.fullName).replaceAll(/ \[\d\d\.\d\d\]/g, '')
}

/**
 * Cases of the API's suite against engines: `same` as the suite asks, `differs` for a declared reason, which is
 * listed below the table.
 * @param {readonly Result[]} results
 * @returns {string} empty when the suite did not run
 */
export function engineMatrix(results) {
  /** @type {Map<string, Map<string, Result>>} */
  const cases = new Map()
  const engines = new Set(['embedded'])
  for (const result of results) {
    const { caseName, engine } = result.meta ?? {}
    if (!caseName || !engine) continue
    engines.add(engine)
    const row = cases.get(caseName) ?? new Map()
    cases.set(caseName, row.set(engine, result))
  }
  if (cases.size === 0) return ''
  const columns = [...engines]
  const width = Math.max(...[...cases.keys()].map((name) => name.length))
  const line = (/** @type {string} */ name, /** @type {readonly string[]} */ cells) =>
    `${name.padEnd(width)}  ${cells.map((cell) => cell.padEnd(9)).join(' ')}`.trimEnd()
  const table = [...cases].map(([name, row]) =>
    line(
      name,
      columns.map((engine) => cell(row.get(engine))),
    ),
  )
  const counts = columns.map((engine) => {
    const same = [...cases.values()].filter((row) => cell(row.get(engine)) === 'same').length
    return `${engine}: ${same} of ${cases.size} the same`
  })
  const reasons = [...cases].flatMap(([name, row]) =>
    columns.flatMap((engine) => {
      const why = row.get(engine)?.meta?.differs
      return why ? [`${engine}: ${name}: ${why}`] : []
    }),
  )
  return [line('', columns), ...table, '', ...counts, ...(reasons.length > 0 ? ['', ...reasons] : [])].join(
    '\n',
  )
}

/**
 * Where images of our builder are not dockerd's, by the reason: which fields, in how many builds, and one of them with
 * both values. What dockerd cannot build at all comes last.
 * @param {string} folder of what the builds' harness kept
 * @returns {string} empty when nothing was built
 */
export function buildDifferences(folder) {
  if (!existsSync(folder)) return ''
  /** @type {{ rows: { title: string, field: string, ours: string | null, theirs: string | null, reason: string }[], alone: { title: string, reason: string }[] }[]} */
  const kept = readdirSync(folder).map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')))
  const rows = byReason(kept.flatMap((each) => each.rows))
  const alone = byReason(kept.flatMap((each) => each.alone))
  const shown = (/** @type {string | null} */ value) => (value ?? 'nothing').slice(0, 60)
  const lines = [...rows].flatMap(([reason, of]) => {
    const builds = new Set(of.map(({ title }) => title)).size
    const fields = [...new Set(of.map(({ field }) => field.replaceAll(/\[\d+\]/g, '[n]')))]
    const first = of[0]
    return [
      `${reason} (${builds} ${builds === 1 ? 'build' : 'builds'})`,
      `    ${fields.slice(0, 6).join(', ')}${fields.length > 6 ? `, and ${fields.length - 6} more` : ''}`,
      ...(first ? [`    such as ${first.field}: ${shown(first.ours)} | ${shown(first.theirs)}`] : []),
    ]
  })
  const without = [...alone].map(([reason, of]) => `${of.length} built here alone: ${reason}`)
  return ['Our images | dockerd’s, where they differ', ...lines, ...without].join('\n')
}

/**
 * @template {{ reason: string }} T
 * @param {readonly T[]} all
 * @returns {Map<string, T[]>}
 */
function byReason(all) {
  /** @type {Map<string, T[]>} */
  const groups = new Map()
  for (const each of all) groups.set(each.reason, [...(groups.get(each.reason) ?? []), each])
  return groups
}

/** @param {Result | undefined} result */
function cell(result) {
  if (!result) return '-'
  if (result.status !== 'passed') return result.status === 'failed' ? 'FAILS' : result.status
  return result.meta?.differs ? 'differs' : 'same'
}
