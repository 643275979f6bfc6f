/** COPY of files and folders as the reference says it. */
import { expect } from 'vitest'
import { buildCases } from './harness/cases.ts'

buildCases('files that are copied', [
  {
    title: 'a file into a folder keeps its mode and time [08.16]',
    dockerfile: 'FROM busybox\nCOPY run.sh /opt/\n',
    files: { 'run.sh': { kind: 'file', content: 'echo hi\n', mode: 0o750, uid: 1000, gid: 1000 } },
    look: ({ files }) => {
      expect(files.get('/opt/run.sh')).toMatchObject({ mode: 0o750, uid: 0, gid: 0, mtime: 1_700_000_000 })
    },
  },
  {
    title: 'a command that fails says its code [08.04]',
    dockerfile: 'FROM busybox\nRUN exit 7\n',
    fails: /exit code: 7/,
  },
])
