/** The same files through docker-compose 1.29, `docker stack config` and ours: a printed table of where they agree. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { findDockerClis } from '../fixtures/docker-cli.ts'
import { bin } from '../fixtures/paths.ts'
import { run } from '../fixtures/processes.ts'
import { ALONE, CASES, DECLARED, textOf } from './agreement-cases.ts'
import { canonical } from './canonical.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'agreement-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Loader = readonly [name: string, program: string, args: readonly string[]]

/** The services of a file as a loader has them; what it says of each when it refuses the file. */
async function read([, program, args]: Loader, attributes: readonly string[]): Promise<readonly unknown[]> {
  const { code, stdout, stderr } = await run(program, args, { cwd: folder, env: { SET: 'set' } })
  if (code !== 0) return attributes.map(() => `refused: ${stderr.trim().split('\n').at(-1)}`)
  const { services } = parse(stdout) as {
    services: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  }
  return attributes.map((_, index) => canonical(services[`case-${index}`] ?? {}, folder))
}

test('three loaders read the same files alike, but where the specification says otherwise [15.10] [15.11] [16.05] [16.06]', {
  timeout: 300_000,
}, async () => {
  const ours: Loader = ['ours', process.execPath, [bin, 'compose', '-p', 'p', 'config']]
  const [newest] = await findDockerClis()
  const others: readonly Loader[] = [
    ['docker-compose 1.29', 'docker-compose', ['-p', 'p', '-f', 'compose.yaml', 'config']],
    ['docker stack', newest?.path ?? 'docker', ['stack', 'config', '-c', 'compose.yaml']],
  ]
  mkdirSync(path.join(folder, 'dir'))
  for (const [file, content] of [
    ['vars', 'F=file\n'],
    ['secret', 's'],
    ['conf', 'c'],
  ] as const)
    writeFileSync(path.join(folder, file), content)
  const rows: string[] = []
  const undeclared: unknown[] = []
  const met = new Set<string>()
  const together = Object.keys(CASES).filter((name) => !ALONE.includes(name))
  for (const names of [together, ...ALONE.map((name) => [name])]) {
    const attributes = names.map((name) => CASES[name] ?? '')
    writeFileSync(path.join(folder, 'compose.yaml'), textOf(attributes))
    const [own, ...theirs] = await Promise.all([ours, ...others].map((loader) => read(loader, attributes)))
    for (const [at, name] of names.entries()) {
      const cells = theirs.map((their, index) => {
        const key = `${name} / ${others[index]?.[0]}`
        if (JSON.stringify(their[at]) === JSON.stringify(own?.[at])) return 'same'
        met.add(key)
        if (!(key in DECLARED)) undeclared.push({ key, ours: own?.[at], theirs: their[at] })
        return 'differs'
      })
      rows.push([name.padEnd(20), ...cells.map((cell) => cell.padEnd(20))].join(' '))
    }
  }
  const heads = ['', ...others.map(([name]) => name)].map((head) => head.padEnd(20)).join(' ')
  const reasons = Object.entries(DECLARED).map(([key, why]) => `${key}: ${why}`)
  console.log([heads, ...rows, '', ...reasons].join('\n'))
  expect(undeclared).toEqual([])
  // What is declared and no longer so is out of date.
  expect(Object.keys(DECLARED).filter((key) => !met.has(key))).toEqual([])
})
