/** COPY as the reference says it: which files, where they come to stand, and whose they are. */
import { behaviour, refused } from './harness/behaviour.ts'
import { buildCases } from './harness/cases.ts'
import { flagged } from './harness/differences.ts'

const LATER = 'a flag that is newer than BuildKit 0.8'
const TREE = {
  'a.txt': 'a\n',
  'b.txt': 'b\n',
  'c.md': 'c\n',
  'sub/d.txt': 'd\n',
  'sub/deep/e.txt': 'e\n',
  'sub/deep/f.md': 'f\n',
}

buildCases('what COPY takes', [
  behaviour(
    'a file under another name [08.16]',
    ['FROM scratch', 'COPY a.txt /other'],
    { contents: { '/other': 'a\n' }, layers: 1 },
    { files: TREE },
  ),
  behaviour(
    'a file into a folder that ends in a slash [08.16]',
    ['FROM scratch', 'COPY a.txt /dir/'],
    {
      contents: { '/dir/a.txt': 'a\n' },
      entries: { '/dir': { type: 'folder', mode: 0o755, uid: 0, gid: 0 } },
    },
    { files: TREE },
  ),
  behaviour(
    'a file into a folder that is there [08.16]',
    ['FROM busybox', 'COPY a.txt /tmp'],
    { contents: { '/tmp/a.txt': 'a\n' } },
    { files: TREE },
  ),
  behaviour(
    'a file relative to WORKDIR [08.16] [08.03]',
    ['FROM scratch', 'WORKDIR /w', 'COPY a.txt x/'],
    { contents: { '/w/x/a.txt': 'a\n' } },
    { files: TREE },
  ),
  behaviour(
    'a file to the point where WORKDIR is [08.16]',
    ['FROM scratch', 'WORKDIR /w', 'COPY a.txt .'],
    { contents: { '/w/a.txt': 'a\n' } },
    { files: TREE },
  ),
  behaviour(
    'a folder gives what is in it, not itself [08.16]',
    ['FROM scratch', 'COPY sub /dir'],
    { contents: { '/dir/d.txt': 'd\n', '/dir/deep/e.txt': 'e\n' }, absent: ['/dir/sub'] },
    { files: TREE },
  ),
  behaviour(
    'a folder with a slash gives the same [08.16]',
    ['FROM scratch', 'COPY sub/ /dir/'],
    { contents: { '/dir/d.txt': 'd\n' }, absent: ['/dir/sub'] },
    { files: TREE },
  ),
  behaviour(
    'the whole context [08.16]',
    ['FROM scratch', 'COPY . /all/'],
    { contents: { '/all/a.txt': 'a\n', '/all/sub/deep/f.md': 'f\n' } },
    { files: TREE },
  ),
  behaviour(
    'a source that begins with a slash is of the context [08.16]',
    ['FROM scratch', 'COPY /sub/d.txt /x/'],
    { contents: { '/x/d.txt': 'd\n' } },
    { files: TREE },
  ),
  behaviour(
    'a source with ./ and .. in it [08.16]',
    ['FROM scratch', 'COPY ./sub/../a.txt /x/'],
    { contents: { '/x/a.txt': 'a\n' } },
    { files: TREE },
  ),
  behaviour(
    'a star stands for part of a name [08.16]',
    ['FROM scratch', 'COPY *.txt /x/'],
    { contents: { '/x/a.txt': 'a\n', '/x/b.txt': 'b\n' }, absent: ['/x/c.md', '/x/d.txt'] },
    { files: TREE },
  ),
  behaviour(
    'a question mark stands for one character [08.16]',
    ['FROM scratch', 'COPY ?.md /x/'],
    { contents: { '/x/c.md': 'c\n' }, absent: ['/x/a.txt'] },
    { files: TREE },
  ),
  behaviour(
    'brackets stand for one of their characters [08.16]',
    ['FROM scratch', 'COPY [ab].txt /x/'],
    { contents: { '/x/a.txt': 'a\n', '/x/b.txt': 'b\n' } },
    { files: TREE },
  ),
  behaviour(
    'a star does not pass a slash [08.16]',
    ['FROM scratch', 'COPY */*.txt /x/'],
    { contents: { '/x/d.txt': 'd\n' }, absent: ['/x/e.txt'] },
    { files: TREE },
  ),
  behaviour(
    'a folder that a star matches gives what is in it [08.16]',
    ['FROM scratch', 'COPY s* /x/'],
    { contents: { '/x/d.txt': 'd\n' }, absent: ['/x/sub'] },
    { files: TREE },
  ),
  behaviour(
    'a bracket that is escaped is a bracket [08.16]',
    ['FROM scratch', 'COPY arr[[]0].txt /x/'],
    { contents: { '/x/arr[0].txt': 'z\n' } },
    { files: { 'arr[0].txt': 'z\n' } },
  ),
  behaviour(
    'several files into one folder [08.16]',
    ['FROM scratch', 'COPY a.txt sub/d.txt c.md /x/'],
    { contents: { '/x/a.txt': 'a\n', '/x/d.txt': 'd\n', '/x/c.md': 'c\n' }, layers: 1 },
    { files: TREE },
  ),
  behaviour(
    'a name with blanks in JSON form [08.16]',
    ['FROM scratch', 'COPY ["a b.txt", "/x y/"]'],
    { contents: { '/x y/a b.txt': 'z\n' } },
    { files: { 'a b.txt': 'z\n' } },
  ),
  behaviour(
    'a file over a file [08.16]',
    ['FROM scratch', 'COPY a.txt /x', 'COPY b.txt /x'],
    { contents: { '/x': 'b\n' }, layers: 2 },
    { files: TREE },
  ),
  behaviour(
    'a folder into one that has files [08.16]',
    ['FROM scratch', 'COPY a.txt /x/', 'COPY sub /x/'],
    { contents: { '/x/a.txt': 'a\n', '/x/d.txt': 'd\n' } },
    { files: TREE },
  ),
  behaviour(
    'an empty folder [08.16]',
    ['FROM scratch', 'COPY e /x/'],
    { entries: { '/x': { type: 'folder' } } },
    { files: { e: { kind: 'folder' } } },
  ),
  behaviour(
    'a folder keeps the modes of what is in it [08.16]',
    ['FROM scratch', 'COPY d /x/'],
    { entries: { '/x/in': { type: 'folder', mode: 0o700 }, '/x/in/run': { mode: 0o4711 } } },
    {
      files: {
        'd/in': { kind: 'folder', mode: 0o700 },
        'd/in/run': { kind: 'file', content: 'x', mode: 0o4711 },
      },
    },
  ),
  behaviour(
    'times of files stay [08.16]',
    ['FROM scratch', 'COPY f /f'],
    { entries: { '/f': { mtime: 1_600_000_000 } } },
    { files: { f: { kind: 'file', content: 'x', mtime: 1_600_000_000 } } },
  ),
  behaviour(
    'a link within a folder stays a link [08.16]',
    ['FROM scratch', 'COPY d /x/'],
    { entries: { '/x/l': { type: 'symlink', target: 'f' } } },
    { files: { 'd/f': 'x', 'd/l': { kind: 'symlink', target: 'f' } } },
  ),
  behaviour(
    'a file that is empty [08.16]',
    ['FROM scratch', 'COPY f /f'],
    { contents: { '/f': '' } },
    { files: { f: '' } },
  ),
  behaviour(
    'names outside of ASCII [08.16]',
    ['FROM scratch', 'COPY . /x/'],
    { contents: { '/x/ünïcödé-名': 'z\n' } },
    { files: { 'ünïcödé-名': 'z\n' } },
  ),
  behaviour(
    'a file of dots [08.16]',
    ['FROM scratch', 'COPY .hidden /x/'],
    { contents: { '/x/.hidden': 'z\n' } },
    { files: { '.hidden': 'z\n' } },
  ),
  refused(
    'a source that is not there [08.16]',
    ['FROM scratch', 'COPY none /x'],
    /none.*not found|not found.*none/s,
    { files: TREE },
  ),
  behaviour(
    'a pattern that matches nothing copies nothing [08.16]',
    ['FROM scratch', 'COPY a.txt *.none /x/'],
    { contents: { '/x/a.txt': 'a\n' } },
    { files: TREE },
  ),
  behaviour(
    'root’s, whoever USER is [08.16] [08.24]',
    ['FROM with-user:1', 'USER app', 'COPY a.txt /x'],
    { entries: { '/x': { uid: 0, gid: 0 } } },
    { files: TREE },
  ),
  behaviour(
    'a number’s user and group [08.16]',
    ['FROM scratch', 'COPY --chown=12:34 a.txt /x'],
    { entries: { '/x': { uid: 12, gid: 34 } } },
    { differs: flagged(0), files: TREE },
  ),
  behaviour(
    'a user alone gives its number to the group [08.16]',
    ['FROM scratch', 'COPY --chown=12 a.txt /x'],
    { entries: { '/x': { uid: 12, gid: 12 } } },
    { differs: flagged(0), files: TREE },
  ),
  behaviour(
    'a name’s of the image [08.16]',
    ['FROM busybox', 'COPY --chown=app:extra a.txt /x'],
    { entries: { '/x': { uid: 1000, gid: 1002 } } },
    { differs: flagged(1), files: TREE },
  ),
  behaviour(
    'all of a folder’s [08.16]',
    ['FROM scratch', 'COPY --chown=5:6 sub /x/'],
    { entries: { '/x/deep/e.txt': { uid: 5, gid: 6 }, '/x/deep': { uid: 5, gid: 6 } } },
    { differs: flagged(0), files: TREE },
  ),
  behaviour(
    'an owner out of a variable [08.16] [08.37]',
    ['FROM scratch', 'ARG o=7:8', 'COPY --chown=$o a.txt /x'],
    { entries: { '/x': { uid: 7, gid: 8 } } },
    { differs: flagged(1), files: TREE },
  ),
  behaviour(
    'a mode [08.16]',
    ['FROM scratch', 'COPY --chmod=751 a.txt /x'],
    { entries: { '/x': { mode: 0o751 } } },
    { differs: flagged(0), files: TREE },
  ),
  behaviour(
    'a mode in letters [08.16]',
    ['FROM scratch', 'COPY --chmod=u=rwX,go=rX sub /x/'],
    { entries: { '/x/d.txt': { mode: 0o644 }, '/x/deep': { mode: 0o755 } } },
    { files: TREE, notOnDockerd: LATER },
  ),
  behaviour(
    '--link puts files in a layer of their own [08.16]',
    ['FROM busybox', 'COPY --link a.txt /x/'],
    { contents: { '/x/a.txt': 'a\n' }, layers: 1 },
    { files: TREE, notOnDockerd: LATER },
  ),
  behaviour(
    '--link=false is as without [08.16]',
    ['FROM busybox', 'COPY --link=false a.txt /x/'],
    { contents: { '/x/a.txt': 'a\n' } },
    { files: TREE, notOnDockerd: LATER },
  ),
  behaviour(
    '--exclude leaves files out [08.15]',
    ['FROM scratch', 'COPY --exclude=*.md . /x/'],
    { contents: { '/x/a.txt': 'a\n', '/x/sub/d.txt': 'd\n' }, absent: ['/x/c.md'] },
    { files: TREE, notOnDockerd: LATER },
  ),
  behaviour(
    '--exclude at any depth, twice [08.15]',
    ['FROM scratch', 'COPY --exclude=**/*.md --exclude=a.* . /x/'],
    { contents: { '/x/b.txt': 'b\n' }, absent: ['/x/c.md', '/x/sub/deep/f.md', '/x/a.txt'] },
    { files: TREE, notOnDockerd: LATER },
  ),
  behaviour(
    '--parents keeps the folders [08.16]',
    ['FROM scratch', 'COPY --parents sub/deep/e.txt a.txt /x/'],
    { contents: { '/x/sub/deep/e.txt': 'e\n', '/x/a.txt': 'a\n' } },
    { files: TREE, notOnDockerd: LATER },
  ),
  behaviour(
    '--parents from where a point stands [08.16]',
    ['FROM scratch', 'COPY --parents ./sub/./deep/e.txt /x/'],
    { contents: { '/x/deep/e.txt': 'e\n' }, absent: ['/x/sub'] },
    { files: TREE, notOnDockerd: LATER },
  ),
  behaviour(
    '--parents with a star [08.16]',
    ['FROM scratch', 'COPY --parents sub/**/*.txt /x/'],
    { contents: { '/x/sub/deep/e.txt': 'e\n' } },
    { files: TREE, notOnDockerd: LATER },
  ),
])
