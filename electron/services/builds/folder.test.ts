import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFolder, saveDockerfile } from './folder.ts'

describe('Dockerfiles of a folder', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'longshore-dockerfiles-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('opens the plain one first and names the others', async () => {
    for (const name of [
      'api.Dockerfile',
      'Dockerfile',
      'Dockerfile.dev',
      'Dockerfile.dockerignore',
      'main.c',
    ])
      writeFileSync(path.join(folder, name), `FROM ${name.toLowerCase()}\n`)
    expect(await openFolder(folder)).toEqual({
      folder,
      dockerfile: 'Dockerfile',
      text: 'FROM dockerfile\n',
      others: ['api.Dockerfile', 'Dockerfile.dev'],
    })
    expect((await openFolder(folder, 'Dockerfile.dev')).text).toBe('FROM dockerfile.dev\n')
  })

  it('opens a folder without one', async () => {
    expect(await openFolder(folder)).toMatchObject({ dockerfile: 'Dockerfile', text: null, others: [] })
  })

  it('says what is no folder', async () => {
    await expect(openFolder(`${folder}/none`)).rejects.toThrow(/there is no such folder/)
    writeFileSync(path.join(folder, 'Dockerfile'), '')
    await expect(openFolder(path.join(folder, 'Dockerfile'))).rejects.toThrow(/it is a file/)
    await expect(openFolder('shop')).rejects.toThrow(/no whole path/)
  })

  it('writes with the mode that it had, and never over what others wrote', async () => {
    const file = path.join(folder, 'Dockerfile')
    await saveDockerfile(folder, 'Dockerfile', null, 'one')
    chmodSync(file, 0o600)
    await saveDockerfile(folder, 'Dockerfile', 'one', 'two')
    expect(readFileSync(file, 'utf8')).toBe('two')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    writeFileSync(file, 'theirs')
    await expect(saveDockerfile(folder, 'Dockerfile', 'two', 'three')).rejects.toThrow(
      /changed by another program/,
    )
    expect(readFileSync(file, 'utf8')).toBe('theirs')
  })
})
