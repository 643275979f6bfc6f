import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Digest } from '../../oci/descriptor.ts'
import type { ImageRecord } from '../../store/store.ts'
import { openDatabase } from './database.ts'
import { IMAGES_SCHEMA, SqliteImageRecords } from './images.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-records-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const reopen = () => new SqliteImageRecords(openDatabase(join(folder, 'db'), [IMAGES_SCHEMA]))

function image(digit: string, references: readonly string[]): ImageRecord {
  const id: Digest = `sha256:${digit.repeat(64)}`
  return {
    id,
    manifestDigest: id,
    manifest: { schemaVersion: 2, config: { mediaType: '', digest: id, size: 1 }, layers: [] },
    config: { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } },
    sizeBytes: 5,
    references,
    repoDigests: [`r/a@${id}`],
    addedAt: new Date(1000),
  }
}

it('keeps records and names over a restart; a name moves to who takes it', () => {
  const [one, two] = [image('1', ['r/a:1', 'r/a:2']), image('2', ['r/a:2'])]
  const records = reopen()
  records.put(one)
  records.put(two)
  const expected = [{ ...one, references: ['r/a:1'] }, two]
  expect(records.all()).toEqual(expected)
  expect(reopen().all()).toEqual(expected)
  records.put({ ...two, references: [], repoDigests: [] })
  records.remove(one.id)
  expect(reopen().all()).toEqual([{ ...two, references: [], repoDigests: [] }])
})
