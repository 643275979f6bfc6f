/** COPY and ADD: what comes where, with which owner, mode and time. */
import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { tar } from '../fixtures/tar.ts'
import { type BuildCase, buildCases } from './harness/cases.ts'
import type { Built } from './harness/image.ts'

const OLD_FRONTEND = 'its Dockerfile is of 2020, when there was none of this'

/** A case whose files below /to are these. */
function copies(
  title: string,
  lines: string,
  files: BuildCase['files'],
  expected: readonly string[],
  more: Partial<BuildCase> = {},
): BuildCase {
  return {
    ...{ title, dockerfile: `FROM busybox\n${lines}\n`, ...(files ? { files } : {}) },
    look: (built) => expect(below(built, '/to')).toEqual(expected),
    ...more,
  }
}

function below({ files }: Built, folder: string): readonly string[] {
  return [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).toSorted()
}

const TREE = { 'a.txt': 'a', 'b.md': 'b', 'd/one': '1', 'd/two.txt': '2', 'd/e/three': '3' }
const ARCHIVE = tar([
  { path: 'in/', kind: 'folder', mode: 0o750, uid: 7, gid: 8 },
  { path: 'in/file', content: 'packed', mode: 0o640, uid: 7, gid: 8 },
  { path: 'in/link', kind: 'symlink', target: 'file' },
  { path: 'in/same', kind: 'hardlink', target: 'in/file', mode: 0o640, uid: 7, gid: 8 },
])

buildCases('files that are copied', [
  {
    title: 'a file keeps its mode and time, and is root’s [08.16]',
    dockerfile: 'FROM busybox\nCOPY run.sh /opt/\n',
    files: { 'run.sh': { kind: 'file', content: 'echo hi\n', mode: 0o750, uid: 1000, gid: 1000 } },
    look: ({ files }) =>
      expect(files.get('/opt/run.sh')).toMatchObject({ mode: 0o750, uid: 0, gid: 0, mtime: 1_700_000_000 }),
  },
  copies('a file to another name, and into a folder [08.16]', 'COPY a.txt /to/x\nCOPY a.txt /to/', TREE, [
    '/to/a.txt',
    '/to/x',
  ]),
  copies('what is in a folder, not the folder [08.16]', 'COPY d /to', TREE, [
    '/to/e',
    '/to/e/three',
    '/to/one',
    '/to/two.txt',
  ]),
  copies('several sources into a folder [08.16]', 'COPY a.txt b.md d /to/', TREE, [
    ...['/to/a.txt', '/to/b.md', '/to/e', '/to/e/three', '/to/one', '/to/two.txt'],
  ]),
  copies('by wildcards [08.16]', 'COPY *.txt d/t?o.* d/[a-e] /to/', TREE, [
    '/to/a.txt',
    '/to/three',
    '/to/two.txt',
  ]),
  copies(
    'to a place relative to WORKDIR [08.16] [08.03]',
    'WORKDIR /to\nCOPY a.txt ./sub/\nCOPY b.md .',
    TREE,
    [...['/to/b.md', '/to/sub', '/to/sub/a.txt']],
  ),
  copies('names with blanks, as a list [08.16]', 'COPY ["a b", "/to/c d"]', { 'a b': 'x' }, ['/to/c d']),
  {
    title: 'links stay links [08.16]',
    dockerfile: 'FROM busybox\nCOPY d /to/\n',
    files: {
      'd/file': 'x',
      'd/link': { kind: 'symlink', target: 'file' },
      'd/none': { kind: 'symlink', target: '/none' },
    },
    look: ({ files }) => {
      expect(files.get('/to/link')).toMatchObject({ type: 'symlink', target: 'file' })
      expect(files.get('/to/none')).toMatchObject({ type: 'symlink', target: '/none' })
    },
  },
  {
    title: 'the owner is set by numbers and by names of the image [08.13]',
    dockerfile:
      'FROM busybox\nCOPY --chown=5:6 a.txt /to/n\nCOPY --chown=app:extra d /to/d\nCOPY --chown=app a.txt /to/u\n',
    files: TREE,
    look: ({ files }) => {
      expect(files.get('/to/n')).toMatchObject({ uid: 5, gid: 6 })
      expect(files.get('/to/d/e/three')).toMatchObject({ uid: 1000, gid: 1002 })
      expect(files.get('/to/u')).toMatchObject({ uid: 1000, gid: 1001 })
    },
    differs: { 'history[*].created_by': 'history names the flags, as BuildKit of today does' },
  },
  {
    title: 'the mode is set for files and folders [08.13]',
    dockerfile: 'FROM busybox\nCOPY --chmod=0711 d /to/\n',
    files: TREE,
    look: ({ files }) => expect(files.get('/to/e/three')?.mode).toBe(0o711),
    differs: { 'history[1].created_by': 'history names the flags, as BuildKit of today does' },
  },
  {
    title: 'an owner that the image does not know is refused [08.13]',
    dockerfile: 'FROM busybox\nCOPY --chown=nobody-here a.txt /\n',
    files: TREE,
    notOnDockerd: 'it takes root for whom it does not know',
    fails: /nobody-here/,
  },
  {
    title: 'a source that is not there is named [08.16]',
    dockerfile: 'FROM busybox\nCOPY none.txt /\n',
    fails: /none\.txt.*not found/,
  },
  {
    title: 'a source outside of the context is inside of it [08.16]',
    dockerfile: 'FROM busybox\nCOPY ../../a.txt /to/\n',
    files: TREE,
    look: (built) => expect(below(built, '/to')).toEqual(['/to/a.txt']),
  },
  {
    title: 'ADD unpacks an archive, with its owners, modes and links [08.08]',
    dockerfile: 'FROM busybox\nADD x.tar.gz /to/\n',
    files: { 'x.tar.gz': gzipSync(ARCHIVE) },
    look: (built) => {
      expect(below(built, '/to')).toEqual(['/to/in', '/to/in/file', '/to/in/link', '/to/in/same'])
      expect(built.files.get('/to/in/file')).toMatchObject({
        uid: 7,
        gid: 8,
        mode: 0o640,
        mtime: 1_700_000_000,
      })
      expect(built.text('/to/in/same')).toBe('packed')
    },
  },
  copies(
    'ADD takes what is no archive as it is [08.08]',
    'ADD a.txt fake.tar /to/',
    { ...TREE, 'fake.tar': 'no tar' },
    [...['/to/a.txt', '/to/fake.tar']],
  ),
  copies('COPY unpacks nothing [08.08]', 'COPY x.tar /to/', { 'x.tar': ARCHIVE }, ['/to/x.tar']),
  copies(
    '--exclude leaves files out [08.15]',
    'COPY --exclude=*.txt --exclude=d/e . /to/',
    TREE,
    ['/to/Dockerfile', '/to/b.md', '/to/d', '/to/d/one'],
    {
      notOnDockerd: OLD_FRONTEND,
      look: (built) => expect(below(built, '/to')).not.toContain('/to/a.txt'),
    },
  ),
  copies(
    '--parents keeps the folders above [08.16]',
    'COPY --parents d/e/three ./d/./two.txt /to/',
    TREE,
    [...['/to/d', '/to/d/e', '/to/d/e/three', '/to/two.txt']],
    { notOnDockerd: OLD_FRONTEND },
  ),
  copies(
    '--link is the same files [08.14]',
    'COPY --link d /to/',
    TREE,
    ['/to/e', '/to/e/three', '/to/one', '/to/two.txt'],
    {
      notOnDockerd: OLD_FRONTEND,
    },
  ),
  {
    title: 'a file written in the Dockerfile, with and without variables [08.19]',
    dockerfile: 'FROM busybox\nARG W=world\nCOPY <<EOF <<"RAW" /to/\nhello $W\nEOF\nhello $W\nRAW\n',
    notOnDockerd: OLD_FRONTEND,
    look: ({ text }) => {
      expect(text('/to/EOF')).toBe('hello world\n')
      expect(text('/to/RAW')).toBe('hello $W\n')
    },
  },
  {
    title: 'a folder that is copied to is made, as root’s with 0755 [08.16]',
    dockerfile: 'FROM busybox\nCOPY a.txt /to/deep/er/\n',
    files: TREE,
    look: ({ files }) => expect(files.get('/to/deep')).toMatchObject({ mode: 0o755, uid: 0, gid: 0 }),
  },
  {
    title: 'what a link of the image leads to is written to [08.16]',
    dockerfile: 'FROM busybox\nRUN mkdir /real && ln -s real /way\nCOPY a.txt /way/\n',
    files: TREE,
    look: ({ files }) => {
      expect(files.get('/real/a.txt')?.type).toBe('file')
      expect(files.get('/way')?.type).toBe('symlink')
    },
  },
])
