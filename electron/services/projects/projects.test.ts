/** Drafts and files of a project, on a real disk and a scripted Docker API. */
import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ProjectFiles } from '../../contract/projects.ts'
import { Engine } from '../engines/engine.ts'
import type { Engines } from '../engines/engines.ts'
import { ScriptedEngine } from '../engines/scripted-engine.ts'
import { CommandLog } from '../settings/command-log.ts'
import { Tasks } from '../tasks/tasks.ts'
import { Projects } from './projects.ts'
import { writeText } from './texts.ts'

let folder: string
let file: string
let scripted: ScriptedEngine
let engine: Engine
let projects: Projects

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-projects-'))
  file = path.join(folder, 'compose.yaml')
  await writeFile(file, 'name: quay\nservices:\n  web:\n    image: nginx\n')
  scripted = new ScriptedEngine()
  const socket = path.join(folder, 's')
  await scripted.start(socket)
  const entry = { id: 'e', name: 'E', kind: 'local', endpoint: `unix://${socket}` } as const
  engine = new Engine(
    entry,
    null,
    () => {},
    () => {},
  )
  const engines = { get: () => engine } as unknown as Engines
  projects = new Projects(engines, new Tasks(), new CommandLog(), { stateDirectory: folder, environment: {} })
})
afterEach(async () => {
  projects.close()
  engine.stop()
  await scripted.stop()
  await rm(folder, { recursive: true })
})

/** What a watcher of the files is told first that `wanted` says is right. */
async function told(wanted: (files: ProjectFiles) => boolean): Promise<ProjectFiles> {
  const stop = new AbortController()
  try {
    for await (const files of projects.watchFiles('e', 'quay', stop.signal)) if (wanted(files)) return files
  } finally {
    stop.abort()
  }
  throw new Error('the stream ended')
}

test('a folder with a compose file is opened under the name that the file gives', async () => {
  expect(await projects.open('e', folder)).toEqual({ name: 'quay' })
  expect(await projects.row('e', 'quay')).toMatchObject({ place: 'here', state: 'down', files: [file] })
  await expect(projects.open('e', 'compose.yaml')).rejects.toThrow('not a whole path')
  await expect(projects.open('e', path.join(folder, 'none'))).rejects.toThrow('no compose file')
})

test('a draft is kept beside the file, and taken away when it says the same', async () => {
  await projects.open('e', folder)
  await projects.saveDraft('e', 'quay', { [file]: 'name: quay\n# more\n' })
  expect((await told(() => true)).files[0]).toMatchObject({ draft: 'name: quay\n# more\n', overtaken: false })
  expect(await readFile(file, 'utf8')).not.toContain('# more')
  expect((await projects.row('e', 'quay')).draft).toBe(true)
  await projects.saveDraft('e', 'quay', { [file]: await readFile(file, 'utf8') })
  expect((await projects.row('e', 'quay')).draft).toBe(false)
})

test('a file that others change beneath a draft is told as overtaken', async () => {
  await projects.open('e', folder)
  await projects.saveDraft('e', 'quay', { [file]: '# mine\n' })
  const seen = told(({ files }) => files[0]?.overtaken === true)
  await writeFile(file, '# theirs\n')
  expect((await seen).files[0]).toMatchObject({ text: '# theirs\n', draft: '# mine\n' })
})

test('a page reads and writes no files but the project’s own', async () => {
  await projects.open('e', folder)
  const stranger = path.join(folder, 'other.yaml')
  await expect(projects.saveDraft('e', 'quay', { [stranger]: '' })).rejects.toThrow(
    'is not a file of the project',
  )
  await expect(projects.diagnose('e', 'quay', { [stranger]: '' })).rejects.toThrow(
    'is not a file of the project',
  )
})

test('what is wrong is told at its line, of the text that is being written', async () => {
  await projects.open('e', folder)
  const { problems, services } = await projects.diagnose('e', 'quay', {
    [file]: 'services:\n  web:\n    imag: nginx\n',
  })
  expect(services).toBeNull()
  expect(problems).toMatchObject([
    { path: file, line: 3, column: 5, severity: 'error', remedy: 'did you mean "image"?' },
  ])
})

test('a new project does not write over one that is there', async () => {
  const texts = { compose: 'services: {}\n', env: null }
  await expect(projects.create('e', 'other', folder, texts)).rejects.toThrow('is there already')
  const fresh = path.join(folder, 'a', 'b')
  expect(await projects.create('e', 'other', fresh, texts)).toEqual({ name: 'other' })
  expect(await readFile(path.join(fresh, 'compose.yaml'), 'utf8')).toBe('services: {}\n')
})

test('a text is written through a link, with the permissions that it had', async () => {
  const link = path.join(folder, 'link.yaml')
  await symlink(file, link)
  await chmod(file, 0o640)
  await writeText(link, '# new\n')
  expect(await readFile(file, 'utf8')).toBe('# new\n')
  expect((await stat(file)).mode & 0o777).toBe(0o640)
})
