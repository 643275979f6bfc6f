/** Stages, and commands that run in them. */
import { expect } from 'vitest'
import { buildCases } from './harness/cases.ts'

const OLD_FRONTEND = 'its Dockerfile is of 2020, when there was none of this'

buildCases('stages and commands', [
  {
    title: 'a base by its tag, and settings that it has are kept [08.01]',
    dockerfile: 'FROM layered:1\nLABEL more=yes\n',
    look: ({ config }) => {
      expect(config.config).toMatchObject({ Entrypoint: ['/bin/echo', 'entry'], WorkingDir: '/data' })
      expect(config.config.Labels).toEqual({ 'org.example.kind': 'layered', more: 'yes' })
      expect(config.rootfs.diff_ids).toHaveLength(4)
    },
  },
  {
    title: 'FROM scratch begins with nothing [08.01] [12.04]',
    dockerfile: 'FROM scratch\nCOPY a /\n',
    files: { a: 'a' },
    look: ({ files, config }) => {
      expect([...files.keys()]).toEqual(['/a'])
      expect(config.rootfs.diff_ids).toHaveLength(1)
    },
  },
  {
    title:
      'files of another stage, by its name and by its number, and nothing else of it [05.15] [08.17] [08.39]',
    dockerfile:
      'FROM busybox AS Make\nRUN echo made > /m && chmod 600 /m\nFROM busybox\nRUN echo one > /o\nFROM scratch\nCOPY --from=make /m /\nCOPY --from=1 /o /\n',
    look: ({ text, files }) => {
      expect(text('/m')).toBe('made\n')
      expect(text('/o')).toBe('one\n')
      expect(files.get('/m')?.mode).toBe(0o600)
      expect([...files.keys()].sort()).toEqual(['/m', '/o'])
    },
  },
  {
    title: 'a stage on a stage [08.01] [08.39]',
    dockerfile: 'FROM busybox AS base\nENV A=1\nRUN echo x > /x\nFROM base\nENV B=2\nRUN cat /x /x > /y\n',
    look: ({ text, config }) => {
      expect(text('/y')).toBe('x\nx\n')
      expect(config.config.Env).toEqual(expect.arrayContaining(['A=1', 'B=2']))
    },
  },
  {
    title: 'files of an image that is no stage [08.18]',
    dockerfile: 'FROM scratch\nCOPY --from=layered:1 /data/last /l\n',
    look: ({ text }) => expect(text('/l')).toBe('last docker\n'),
  },
  {
    title: '--target builds that stage and not what fails beside it [07.13] [12.05]',
    dockerfile: 'FROM busybox AS good\nLABEL is=good\nFROM busybox AS bad\nRUN exit 3\n',
    flags: ['--target', 'good'],
    look: ({ config }) => expect(config.config.Labels).toEqual({ is: 'good' }),
  },
  {
    title: 'a target that fails fails the build [12.05]',
    dockerfile: 'FROM busybox AS lint\nRUN echo "line 3: bad"; exit 3\nFROM busybox\n',
    flags: ['--target=lint'],
    fails: /line 3: bad[\s\S]*exit code: 3/,
  },
  {
    title: 'a target that is not there is named [07.13]',
    dockerfile: 'FROM busybox AS one\n',
    flags: ['--target', 'other'],
    fails: /target stage "?other"? could not be found/,
  },
  {
    title: 'a stage nobody needs is not run [07.13]',
    dockerfile: 'FROM busybox AS unused\nRUN exit 9\nFROM busybox\nLABEL a=b\n',
    look: ({ config }) => expect(config.config.Labels).toEqual({ a: 'b' }),
  },
  {
    title: 'commands for the shell and as lists leave what they did [08.04]',
    dockerfile: 'FROM busybox\nRUN echo $((1+2)) > /sum && rm /etc/group\nRUN ["touch", "/a b"]\n',
    look: ({ text, files }) => {
      expect(text('/sum')).toBe('3\n')
      expect(files.has('/a b')).toBe(true)
      expect(files.has('/etc/group')).toBe(false)
    },
  },
  {
    title: 'a command sees its user, its folder and its variables [08.03] [08.24] [08.27]',
    dockerfile:
      'FROM busybox\nARG ARG1=arg\nENV ENV1=env\nWORKDIR /w/x\nRUN chmod 777 .\nUSER app\nRUN echo "$(id -u):$(id -g) $PWD $ENV1 $ARG1 $HOME" > seen\n',
    look: ({ text, files }) => {
      expect(text('/w/x/seen')).toBe('1000:1001 /w/x env arg /home/app\n')
      expect(files.get('/w/x/seen')).toMatchObject({ uid: 1000, gid: 1001 })
    },
  },
  {
    title: 'WORKDIR is made, and goes on from the one before [08.03]',
    // A name of its own: what another file of tests has built is in the cache, with the time of then.
    dockerfile: 'FROM busybox\nWORKDIR /moored\nWORKDIR b\nENV D=deep\nWORKDIR $D\nRUN pwd > /pwd\n',
    look: ({ text, config, files }) => {
      expect(text('/pwd')).toBe('/moored/b/deep\n')
      expect(config.config.WorkingDir).toBe('/moored/b/deep')
      expect(files.get('/moored/b/deep')).toMatchObject({ type: 'folder', mode: 0o755, uid: 0 })
    },
  },
  {
    title: 'a script in the Dockerfile [08.20]',
    dockerfile: 'FROM busybox\nRUN <<EOF\nset -e\nA=x\necho $A > /one\necho two > /two\nEOF\n',
    notOnDockerd: OLD_FRONTEND,
    look: ({ text }) => expect(text('/one') + text('/two')).toBe('x\ntwo\n'),
  },
  {
    title: 'a script for another interpreter, named behind it or in its first line [08.21]',
    dockerfile:
      'FROM busybox\nRUN <<EOF awk -f -\nBEGIN { print "awk" > "/awk" }\nEOF\nRUN <<EOF\n#!/bin/busybox ash\necho $0 > /ash\nEOF\n',
    notOnDockerd: OLD_FRONTEND,
    look: ({ text, files }) => {
      expect(text('/awk')).toBe('awk\n')
      expect(files.has('/ash')).toBe(true)
    },
  },
  {
    title: 'a folder that is emptied and filled again [08.04]',
    dockerfile: 'FROM layered:1\nRUN rm -rf /data && mkdir /data && echo new > /data/new\n',
    look: ({ files }) => {
      expect([...files.keys()].filter((path) => path.startsWith('/data/'))).toEqual(['/data/new'])
    },
  },
  {
    title: 'modes, owners, links and times that a command makes [08.04]',
    dockerfile:
      'FROM busybox\nRUN mkdir -m 1777 /d && touch -d @5 /d/old && ln /d/old /d/same && ln -s old /d/way && mkfifo /d/pipe && chown 7:8 /d/old && chmod 4755 /d/old\n',
    look: ({ files }) => {
      expect(files.get('/d')).toMatchObject({ mode: 0o1777 })
      expect(files.get('/d/old')).toMatchObject({ uid: 7, gid: 8, mode: 0o4755, mtime: 5 })
      expect(files.get('/d/pipe')?.type).toBe('fifo')
      expect(files.get('/d/way')).toMatchObject({ type: 'symlink', target: 'old' })
    },
  },
  {
    title: 'nothing of the builder’s own is left in the image [08.04]',
    dockerfile:
      'FROM scratch\nCOPY --from=busybox / /\nRUN echo resolv: && cat /etc/hosts /etc/resolv.conf > /dev/null; ls / > /tmp/ls\n',
    look: ({ files }) => {
      for (const path of ['/.dockerenv', '/etc/hosts', '/etc/resolv.conf', '/etc/hostname']) {
        const entry = files.get(path)
        // A place to mount on may be there; what was mounted is not.
        expect(entry === undefined || entry.content.length === 0, path).toBe(true)
      }
    },
  },
])
