/** RUN: what a command finds around it, and what of it becomes the layer. */
import { expect } from 'vitest'
import { buildCases } from './harness/cases.ts'

const STUBS = 'in an image without these folders dockerd leaves what it mounted on in the layer'
/** What dockerd's RUN leaves of its own in an image without these. */
const FOLDERS = {
  ...{ '/dev *': STUBS, '/proc *': STUBS, '/sys *': STUBS },
  ...{ 'layer[1] /dev': STUBS, 'layer[1] /proc': STUBS, 'layer[1] /sys': STUBS },
}
const LEFT = { ...FOLDERS, '/etc mtime': STUBS, 'layer[1] /etc': STUBS }

const FORMER = 'what was added last is of the base: nothing was added here'

buildCases('commands that run', [
  {
    title: 'what a command is given [08.04]',
    dockerfile: `FROM busybox
RUN mkdir /out && cd /out && env | grep -v ^PWD= | sort > env && id > id && hostname > hostname && \\
  grep -E '^(Cap|Seccomp:|NoNewPrivs)' /proc/self/status > rights && ulimit -c > core && \\
  sort /etc/hosts > hosts && awk '{print $2, $3}' /proc/mounts | sort > mounts && \\
  ls -l /proc/self/fd | awk '{print $9}' > fds && pwd > pwd && umask > umask && cat /proc/self/oom_score_adj > oom
`,
    look: ({ files }) => {
      const text = (name: string) => files.get(`/out/${name}`)?.content.toString()
      expect(text('hostname')).toBe('buildkitsandbox\n')
      expect(text('env')).not.toContain('HOSTNAME')
      expect(text('mounts')).toContain('/etc/resolv.conf')
    },
    differs: {
      ...LEFT,
      '/out/id content':
        'the first group is among the others since 20.10.18, in containers as here; not in its builder',
      '/out/mounts content':
        'what is masked grew since (/proc/interrupts), and crun masks files by /dev/null',
    },
  },
  {
    title: 'a user, a folder that is made for it, and an own group [08.24]',
    dockerfile: `FROM busybox
RUN echo app:x:1000:1001::/home/app:/bin/sh >> /etc/passwd && echo more:x:2000:app >> /etc/group
USER app
WORKDIR /quay/deep
RUN id -u > /tmp/u; id -G > /tmp/g; echo $HOME > /tmp/h; touch here 2> /tmp/refused || true
`,
    look: ({ files }) => expect(files.get('/tmp/u')?.content.toString()).toBe('1000\n'),
    differs: { ...FOLDERS, '/etc mtime': STUBS },
  },
  {
    title: 'what is removed, replaced and moved is so [08.04]',
    dockerfile: `FROM busybox
RUN mkdir -p /a/b /c && echo 1 > /a/b/f && echo 2 > /c/g && ln /c/g /c/h && ln -s g /c/l
RUN rm /a/b/f && rmdir /a/b && echo file > /a/b && mv /c /d && rm -r /home 2>/dev/null; mkfifo /d/p; chmod 4755 /d/g
RUN rm -r /d && mkdir /d && touch -d @1000000000 /d/new
`,
    look: ({ files }) =>
      expect([...files.keys()].filter((path) => /^\/d(\/|$)/.test(path))).toEqual(['/d', '/d/new']),
    differs: LEFT,
  },
  {
    title: 'nothing that changes nothing becomes a layer of files [08.04]',
    dockerfile: 'FROM busybox\nRUN true\nRUN chmod 755 /bin && cat /bin/busybox > /dev/null\n',
    look: () => {},
    differs: {
      ...LEFT,
      ...{ 'layer[2] /bin': 'a folder that is as it was is not told of' },
      ...{ created: FORMER, 'history[*].created': FORMER },
      'history[*].empty_layer': 'as in later ones, a layer of nothing is none',
    },
  },
  {
    title: 'a command that fails says its code [08.04]',
    dockerfile: 'FROM busybox\nRUN echo said before; exit 42\n',
    fails: /(exit|non-zero) code: 42/,
  },
  {
    title: 'a program that is not there is told of [08.04]',
    dockerfile: 'FROM busybox\nRUN ["/no/such/program"]\n',
    fails: /\/no\/such\/program/,
  },
  {
    title: 'without a network there is none [08.04]',
    dockerfile: 'FROM busybox\nRUN --network=none ls /sys/class/net > /net\n',
    notOnDockerd: 'its Dockerfile is of 2020, when there was none of this',
    look: async (_, builder, outcome) => {
      expect((await builder.exec(outcome.name, ['cat', '/net'])).output).toBe('lo\n')
    },
  },
])
