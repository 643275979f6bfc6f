/** Mounts of RUN: what they show, and that nothing of them is in the image. */
import { expect } from 'vitest'
import { type BuildCase, buildCases } from './harness/cases.ts'

const STUBS = 'dockerd 20.10 leaves in the layer what it mounted on; later ones take it away, as we do'
const LEFT = {
  ...{ '/dev *': STUBS, '/proc *': STUBS, '/sys *': STUBS, '/etc mtime': STUBS },
  ...{ 'layer[1] *': STUBS },
}

/** A case whose last command writes what it saw to /seen. */
function sees(title: string, command: string, expected: string, more: Partial<BuildCase> = {}): BuildCase {
  return {
    ...{ title, dockerfile: `FROM busybox\n${command} > /seen\n` },
    files: { 'src/a.txt': 'of the context', '../beside/word': 'a secret' },
    look: ({ files }, builder) => {
      expect(files.get('/seen')?.content.toString()).toBe(expected)
      if (builder.name === 'dockerd') return
      expect([...files.keys()].filter((path) => /^\/(mnt|run|cache|root\/)/.test(path))).toEqual([])
    },
    differs: { ...LEFT, ...more.differs },
    ...(more.flags ? { flags: more.flags } : {}),
  }
}

buildCases('mounts of commands', [
  sees('files of the context [09.02]', 'RUN --mount=target=/mnt cat /mnt/src/a.txt', 'of the context', {
    differs: { '/mnt *': STUBS },
  }),
  sees(
    'a cache [09.01]',
    'RUN --mount=type=cache,target=/cache echo x >> /cache/f && wc -l < /cache/f',
    '1\n',
    {
      differs: { '/cache *': STUBS },
    },
  ),
  sees('scratch memory [09.06]', 'RUN --mount=type=tmpfs,target=/mnt echo x > /mnt/f && cat /mnt/f', 'x\n', {
    differs: { '/mnt *': STUBS },
  }),
  sees('a secret [09.04] [09.08]', 'RUN --mount=type=secret,id=word cat /run/secrets/word', 'a secret', {
    differs: { '/run *': STUBS, '/run/* *': STUBS },
    flags: ['--secret', 'id=word,src={beside}/word'],
  }),
  {
    title: 'a secret that is required and not there [09.04]',
    dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=none,required=true true\n',
    fails: /none.*not found/,
  },
])
