import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { buildDifferences, engineMatrix, rowTable } from './tables.mjs'

const result = (title: string, engine: string, status: string, differs?: string) => ({
  title,
  fullName: `images on ${engine} ${title}`,
  status,
  meta: { caseName: `images > ${title.replace(/ \[.*/, '')}`, engine, ...(differs ? { differs } : {}) },
})

test('a row is shown by a test that passes, and not by one that is expected to fail', () => {
  const features = { '06.01': 'pull', '06.02': 'pull -a', '06.03': 'by digest', '06.04': 'push' }
  const { text, unshown } = rowTable(features, [
    result('pulls [06.01]', 'embedded', 'passed'),
    result('pulls [06.01]', 'dockerd', 'passed'),
    result('pulls all [06.02]', 'podman', 'passed', 'it has no -a'),
    result('pushes [06.04]', 'embedded', 'failed'),
  ])
  expect(unshown).toEqual(['06.02', '06.03', '06.04'])
  expect(text.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
    '06.01 | shown | pull | images > pulls',
    '06.02 | no test | pull -a | ',
    '06.03 | no test | by digest | ',
    '06.04 | FAILS | push | images > pushes',
  ])
})

test('the matrix has a line a case and a reason for each difference', () => {
  const matrix = engineMatrix([
    result('pulls', 'embedded', 'passed'),
    result('pulls', 'podman', 'passed', 'other words'),
    result('pushes', 'embedded', 'failed'),
  ])
  expect(matrix.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '))).toEqual([
    'embedded podman',
    'images > pulls same differs',
    'images > pushes FAILS -',
    '',
    'embedded: 1 of 2 the same',
    'podman: 0 of 2 the same',
    '',
    'podman: images > pulls: other words',
  ])
})

test('differences of images are told by their reason', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'longshore-tables-'))
  const row = (title: string, field: string) => ({ title, field, ours: null, theirs: '"x"', reason: 'why' })
  const rows = [row('one', 'history[1].comment'), row('two', 'history[2].comment')]
  const alone = [{ title: 'three', reason: 'too old' }]
  writeFileSync(path.join(folder, 'a.json'), JSON.stringify({ title: 'a', rows, alone }))
  expect(buildDifferences(folder).split('\n')).toEqual([
    'Our images | dockerd’s, where they differ',
    'why (2 builds)',
    '    history[n].comment',
    '    such as history[1].comment: nothing | "x"',
    '1 built here alone: too old',
  ])
  rmSync(folder, { recursive: true })
  expect(buildDifferences(folder)).toBe('')
})
