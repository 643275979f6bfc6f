import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { findImports } from './find-imports.ts'
import { FEW_IMPORTERS, FOR_EVERYONE, IMPORT_TABLE, NO_SIBLINGS } from './import-table.ts'

const top = path.resolve(import.meta.dirname, '..')
const rows = Object.keys(IMPORT_TABLE).toSorted((a, b) => b.length - a.length)

describe('the import table', () => {
  test('is obeyed by every file, type imports included', () => {
    const violations = sources().flatMap((file) =>
      findImports(file, readFileSync(path.join(top, file), 'utf8')).flatMap((specifier) => {
        const why = judge(file, specifier)
        return why === undefined ? [] : [`${file} imports ${specifier}: ${why}`]
      }),
    )
    expect(violations.join('\n')).toBe('')
  })

  test('sees every kind of import', () => {
    const source = `
      import a from './static.ts'
      import type { B } from './type.ts'
      export { c } from './re-export.ts'
      export * from './all.ts'
      const d = await import('./dynamic.ts')
      type E = import('./in-type.ts').E
      const f = require('./require.cjs')
    `
    expect(findImports('x.ts', source).map((name) => path.parse(name).name)).toEqual([
      'static',
      'type',
      're-export',
      'all',
      'dynamic',
      'in-type',
      'require',
    ])
  })

  test('refuses what it must', () => {
    expect(judge('renderer/lib/bytes.ts', '../ui/button.tsx')).toContain('renderer/lib may import nothing')
    expect(judge('engine/server/routes/x.ts', '../../daemon/daemon.ts')).toContain('engine/server may import')
    expect(judge('renderer/features/images/a.ts', '../containers/b.ts')).toContain('sibling')
    expect(judge('electron/services/x.ts', 'dockerode')).toContain('engine/client')
    expect(judge('engine/store/x.ts', 'node:child_process')).toContain('engine/host')
    expect(judge('e2e/api/x.test.ts', '../../engine/api/x.ts')).toContain('e2e may import nothing')
    expect(judge('engine/new-folder/x.ts', './y.ts')).toContain('no row')
    expect(judge('engine/store/x.ts', '../errors.ts')).toBeUndefined()
    expect(judge('electron/services/builds/x.ts', '../../../engine/builder/parse/parse.ts')).toBeUndefined()
    expect(judge('electron/services/builds/x.ts', '../../../engine/builder/plan/plan.ts')).toBeDefined()
  })
})

/** Why an import is not allowed, or undefined when it is. */
function judge(file: string, specifier: string): string | undefined {
  for (const rule of FEW_IMPORTERS) {
    const isModule = specifier === rule.module || specifier.startsWith(`${rule.module}/`)
    if (!isModule || (rule.within !== '' && !isUnder(file, rule.within))) continue
    if (rule.exceptTests && file.endsWith('.test.ts')) continue
    if (rule.importers.some((importer) => isUnder(file, importer))) continue
    return `only ${rule.importers.join(' and ')} may, because ${rule.why}`
  }
  if (!specifier.startsWith('.')) return undefined
  const target = path.normalize(path.join(path.dirname(file), specifier.split('?')[0] ?? ''))
  const row = rows.find((candidate) => isUnder(file, candidate))
  if (row === undefined) return `there is no row for ${path.dirname(file)} in import-table.ts`
  const siblings = NO_SIBLINGS.find((folder) => isUnder(file, folder) && isUnder(target, folder))
  if (siblings !== undefined && feature(file, siblings) !== feature(target, siblings)) {
    return `a folder of ${siblings} may not import its sibling`
  }
  if (isUnder(target, row) || (target === FOR_EVERYONE && row !== 'e2e' && row !== 'scripts'))
    return undefined
  const allowed = IMPORT_TABLE[row] ?? []
  if (allowed.some((folder) => isUnder(target, folder))) return undefined
  return `${row} may import ${allowed.length === 0 ? 'nothing' : allowed.join(', ')}`
}

function isUnder(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}/`)
}

function feature(file: string, folder: string): string {
  return file.slice(folder.length + 1).split('/')[0] ?? ''
}

/** Every source file of ours, from the top. */
function sources(): string[] {
  return ['engine', 'electron', 'renderer', 'scripts', 'e2e'].flatMap((folder) =>
    readdirSync(path.join(top, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => path.join(folder, name))
      .filter((name) => /\.(ts|tsx|mts|mjs|cjs|js)$/.test(name)),
  )
}
