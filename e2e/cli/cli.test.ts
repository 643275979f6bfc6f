/**
 * The real docker CLI, each line on dockerd and on the embedded engine, side by side. A difference fails unless the
 * case lists it with its reason. The table of all lines is printed and kept in .cache/test/cli-<version>.md.
 */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, inject, test } from 'vitest'
import { findDockerClis } from '../fixtures/docker-cli.ts'
import { verify } from '../fixtures/embedded.ts'
import { type EngineAddress, removeEverything } from '../fixtures/engine.ts'
import { IMAGES } from '../fixtures/images.ts'
import { top } from '../fixtures/paths.ts'
import { freePort, run } from '../fixtures/processes.ts'
import { startRegistry } from '../fixtures/registry.ts'
import { CASES, type Step } from './cases.ts'
import { FILE_CASES } from './cases-files.ts'
import { LIFE_CASES } from './cases-life.ts'
import { REGISTRY_CASES } from './cases-registry.ts'
import { keysOf, normalise } from './normalise.ts'

const engines = inject('engines')
const registry = inject('registry')
const guarded = await startRegistry({ auth: true })
afterAll(() => guarded.stop())
const ours = engines.find((engine) => engine.name !== 'dockerd')
const oracle = engines.find((engine) => engine.name === 'dockerd')
const clis = await findDockerClis()

interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}
interface Row {
  readonly line: string
  readonly dockerd: string
  readonly ours: string
  readonly verdict: string
}

test('there is a docker CLI', () => {
  console.log(`docker CLIs: ${clis.map((cli) => `${cli.version} (${cli.path})`).join(', ')}`)
  expect(clis.length).toBeGreaterThan(0)
})

for (const cli of clis) {
  describe(`docker CLI ${cli.version}`, () => {
    const rows: Row[] = []
    const home = mkdtempSync(path.join(os.tmpdir(), 'docker-cli-'))
    mkdirSync(path.join(home, 'bin'))
    symlinkSync(cli.path, path.join(home, 'bin/docker'))

    afterEach(async () => {
      for (const engine of engines) {
        await removeEverything(engine.socket)
        if (engine.name !== 'embedded') continue
        const verdict = await verify(engine.root)
        expect(verdict, `engine verify says:\n${verdict.output}`).toMatchObject({ code: 0 })
      }
    })
    afterAll(() => report(cli.version, rows))

    for (const { name, steps } of [...CASES, ...LIFE_CASES, ...FILE_CASES, ...REGISTRY_CASES]) {
      test(name, async () => {
        const ports = new Map(
          await Promise.all(engines.map(async (engine) => [engine.name, await freePort()] as const)),
        )
        const failures: string[] = []
        for (const step of steps.map((step): Step => (typeof step === 'string' ? { line: step } : step))) {
          const say = (engine: EngineAddress | undefined) =>
            engine === undefined ? undefined : type(engine, step.line, home, ports.get(engine.name) ?? 0)
          const [fromOracle, fromOurs] = await Promise.all([say(oracle), say(ours)])
          const problem = compare(step, fromOracle, fromOurs)
          rows.push({
            line: step.line,
            dockerd: brief(fromOracle),
            ours: brief(fromOurs),
            verdict: problem
              ? 'NO'
              : step.differs || step.without
                ? `listed: ${step.differs?.why ?? step.without?.why}`
                : 'yes',
          })
          if (problem) failures.push(`$ ${step.line}\n${problem}`)
        }
        expect(failures.join('\n\n')).toBe('')
      })
    }
  })
}

/** Types a line for an engine. */
async function type(engine: EngineAddress, line: string, home: string, port: number): Promise<Said> {
  const values = {
    GUARDED: guarded.host,
    SPACE: `space-of-${engine.name}`,
    IMAGE: `${registry}/${IMAGES.busybox}`,
    REGISTRY: registry,
    PORT: String(port),
  }
  const said = await run('sh', ['-c', line], {
    timeoutMs: 60_000,
    env: {
      ...values,
      DOCKER_HOST: `unix://${engine.socket}`,
      DOCKER_CONFIG: path.join(home, 'config'),
      DOCKER_CLI_HINTS: 'false',
      DOCKER_BUILDKIT: '0',
      PATH: `${path.join(home, 'bin')}:${process.env.PATH}`,
    },
  })
  const clean = (text: string) => normalise(text, values)
  return { code: said.code, stdout: clean(said.stdout), stderr: clean(said.stderr) }
}

/** What is wrong, or undefined. With one engine only the code and the words that both must have are looked at. */
function compare(step: Step, fromOracle: Said | undefined, fromOurs: Said | undefined): string | undefined {
  for (const [who, said] of [
    ['dockerd', fromOracle],
    ['ours', fromOurs],
  ] as const) {
    if (said === undefined) continue
    if (step.code !== undefined && said.code !== step.code) {
      return `${who} ended with ${said.code}, not ${step.code}:\n${said.stderr}${said.stdout}`
    }
    if (step.contains !== undefined && !`${said.stdout}${said.stderr}`.includes(step.contains)) {
      return `${who} does not say "${step.contains}":\n${said.stderr}${said.stdout}`
    }
  }
  if (fromOurs === undefined || fromOracle === undefined) return undefined
  if (step.differs !== undefined) {
    const text = `${fromOurs.code}\n${fromOurs.stderr}${fromOurs.stdout}`
    return step.differs.ours.test(text)
      ? undefined
      : `ours is not even as listed (${step.differs.ours}):\n${text}`
  }
  if (step.compare === 'keys') {
    const mine = new Set(keysOf(fromOurs.stdout))
    const missing = keysOf(fromOracle.stdout).filter((key) => !mine.has(key) && !step.without?.keys.test(key))
    return missing.length === 0 ? undefined : `ours lacks the keys ${missing.join(' ')}`
  }
  const view = (said: Said) => {
    if (step.compare === 'code') return String(said.code)
    const sort = (text: string) => (step.compare === 'lines' ? text.split('\n').toSorted().join('\n') : text)
    return `exit ${said.code}\nstdout: ${sort(said.stdout)}\nstderr: ${sort(said.stderr)}`
  }
  if (view(fromOracle) === view(fromOurs)) return undefined
  return `--- dockerd\n${view(fromOracle)}\n--- ours\n${view(fromOurs)}`
}

function brief(said: Said | undefined): string {
  if (said === undefined) return '(not run)'
  const text = `${said.stdout}${said.stderr}`.trim().replaceAll(/\s*\n\s*/g, ' / ')
  return `${said.code}: ${text.length > 60 ? `${text.slice(0, 57)}...` : text}`
}

function report(version: string, rows: readonly Row[]): void {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
  const table = [
    `| docker ${version}: command | dockerd: exit, output | ours: exit, output | same |`,
    '|---|---|---|---|',
    ...rows.map(
      (row) => `| \`${cell(row.line)}\` | ${cell(row.dockerd)} | ${cell(row.ours)} | ${cell(row.verdict)} |`,
    ),
  ].join('\n')
  const folder = path.join(top, '.cache/test')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, `cli-${version}.md`), `${table}\n`)
  const same = rows.filter((row) => row.verdict !== 'NO').length
  console.log(`${table}\n${same} of ${rows.length} lines are as dockerd's with the CLI ${version}`)
}
