/** BuildKit's client inside of docker CLI 20.10 on our engine, by its session; and the same on dockerd's BuildKit. */
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Client } from '../fixtures/http.ts'
import { until } from '../fixtures/processes.ts'
import { tar } from '../fixtures/tar.ts'
import { onEachBuilder } from './harness/cases.ts'
import { gzip } from './harness/compress.ts'
import type { FileSpec } from './harness/spec.ts'

onEachBuilder('docker build by BuildKit', (given) => {
  const builder = given.through('buildkit')
  const secretly = (script: string) =>
    `# syntax=docker/dockerfile:1\nFROM busybox\nRUN --mount=type=secret,id=key ${script}\n`.replace(
      /^# syntax.*\n/,
      '',
    )

  test('a folder: files with their modes and links, the ignore file in force [07.01] [07.22] [10.01] [10.16] [10.17]', async () => {
    const image = await builder.build({
      dockerfile: 'FROM busybox\nCOPY . /in/\n',
      files: {
        '.dockerignore': '**/*.log\n!keep.log\nsecret-*\n',
        'sub/run': { kind: 'file', content: 'tool', mode: 0o755 },
        'sub/a.log': 'a',
        'keep.log': 'k',
        'secret-file': 's',
        link: { kind: 'symlink', target: 'sub/run' },
        empty: { kind: 'folder', mode: 0o700 },
      },
    })
    const names = [...image.files.keys()].filter((name) => name.startsWith('/in/')).toSorted()
    expect(names).toEqual([
      ...['/in/.dockerignore', '/in/Dockerfile', '/in/empty', '/in/keep.log', '/in/link', '/in/sub'],
      '/in/sub/run',
    ])
    expect(image.files.get('/in/sub/run')).toMatchObject({
      mode: 0o755,
      uid: 0,
      gid: 0,
      mtime: 1_700_000_000,
    })
    expect(image.files.get('/in/link')).toMatchObject({ type: 'symlink', target: 'sub/run' })
    expect(image.files.get('/in/empty')).toMatchObject({ mode: 0o700 })
  })

  test('what did not change is cached, and what did is sent and built again [10.01] [11.01] [11.03]', async () => {
    const spec = {
      dockerfile: 'FROM busybox\nCOPY a /a\nRUN cat /a\n',
      files: { a: 'one', b: 'not asked for' },
    }
    const first = await builder.run(spec)
    const again = await builder.run({}, first.context)
    expect(again.stderr).toMatch(/#\d+ CACHED\n/)
    await first.context.put({ a: 'two' })
    const changed = await builder.build({}, first.context)
    expect(changed.text('/a')).toBe('two')
    expect(changed.outcome.stderr).toMatch(/#\d+ [\d.]+ two/)
  })

  test('a Dockerfile of another name, outside of the context, and on standard input [07.03] [10.02] [10.04]', async () => {
    const context = await builder.context({ a: 'here', 'sub/File': 'FROM busybox\nCOPY a /sub\n' })
    expect((await builder.build({ flags: ['-f', 'sub/File'] }, context)).text('/sub')).toBe('here')
    writeFileSync(path.join(context.beside, 'Out'), 'FROM busybox\nCOPY a /out\n')
    expect((await builder.build({ flags: ['-f', '{beside}/Out'] }, context)).text('/out')).toBe('here')
    const typed = { flags: ['-f-'], stdin: 'FROM busybox\nCOPY a /typed\n' }
    expect((await builder.build(typed, context)).text('/typed')).toBe('here')
    const alone = await builder.build({ path: '-', stdin: 'FROM busybox\nENV FROM=stdin\n' })
    expect(alone.config.config.Env).toContain('FROM=stdin')
  })

  test('an archive on standard input, plain and packed [10.03]', async () => {
    const archive = (content: string) =>
      tar([
        { path: 'Dockerfile', content: 'FROM busybox\nCOPY a /a\n' },
        { path: 'a', content },
      ])
    expect((await builder.build({ path: '-', stdin: archive('plain') })).text('/a')).toBe('plain')
    expect((await builder.build({ path: '-', stdin: await gzip(archive('packed')) })).text('/a')).toBe(
      'packed',
    )
  })

  test('arguments, labels, a target, no cache and the id in a file [07.04] [07.06] [07.07] [07.10] [07.13]', async () => {
    const image = await builder.build({
      dockerfile: 'FROM busybox AS one\nARG A=none\nRUN echo "A is $A" | tee /a\nFROM one\nRUN false\n',
      flags: [
        '--build-arg',
        'A=1',
        '--label',
        'l=m',
        '--target',
        'one',
        '--no-cache',
        '--iidfile',
        '{beside}/id',
      ],
    })
    expect(image.text('/a')).toBe('A is 1\n')
    expect(image.config.config.Labels).toEqual({ l: 'm' })
    expect(image.outcome.stderr).toContain('A is 1')
    const quiet = await builder.run({ dockerfile: 'FROM busybox\nENV Q=1\n', flags: ['-q'] })
    expect(quiet.stdout).toBe(`${(await builder.image(quiet.name)).id}\n`)
  })

  test('a secret of a file and of the environment reaches its command and nothing else [07.17] [09.04] [09.07] [09.08] [09.09]', async () => {
    const value = `known-to-nobody-${Date.now()}`
    const context = await builder.context({})
    writeFileSync(path.join(context.beside, 'key'), value)
    const script = 'cat /run/secrets/key | wc -c; test -s /run/secrets/key; stat -c "%a %u" /run/secrets/key'
    for (const [flag, env] of [
      [`id=key,src=${path.join(context.beside, 'key')}`, {}],
      ['id=key,env=OF_ENV', { OF_ENV: value }],
    ] as const) {
      const spec = { dockerfile: secretly(script), flags: ['--no-cache', '--secret', flag], env }
      const image = await builder.build(spec, context)
      expect(image.outcome.stderr).toMatch(
        new RegExp(`\\b${value.length}\\n[^]*400 0`.replace('[^]', '[\\s\\S]')),
      )
      expect(image.files.get('/run/secrets/key')?.content.length ?? 0).toBe(0)
      if (builder.name !== 'dockerd') expect(filesHolding(builder.engine.root, value)).toEqual([])
    }
    const missing = await builder.fail(
      { dockerfile: secretly('true').replace('id=key', 'id=key,required') },
      context,
    )
    expect(missing).toMatch(/key: not found|secret .*key/)
  })

  test('an ssh agent is reached from its command [07.18] [09.05] [09.10]', async () => {
    const context = await builder.context({})
    await context.put({ ask: askingAgent(context.beside) })
    const agent = path.join(context.beside, 'agent.sock')
    const server = createServer((socket) =>
      socket.on('data', () => socket.write(Buffer.from('000000050c00000000', 'hex'))),
    )
    await new Promise<void>((resolve) => server.listen(agent, resolve))
    try {
      const outcome = await builder.run(
        {
          dockerfile: 'FROM busybox\nCOPY --chmod=755 ask /ask\nRUN --mount=type=ssh /ask\n',
          flags: ['--ssh', `default=${agent}`],
        },
        context,
      )
      expect(outcome.stderr).toContain('the agent said 00 00 00 05 0c 00 00 00 00')
    } finally {
      server.close()
    }
  })

  test('a folder and an archive of the files, written by the client [07.14] [12.01] [12.04]', async () => {
    const spec = {
      dockerfile:
        'FROM busybox AS make\nRUN mkdir /out && echo tool > /out/tool && chmod 750 /out/tool && ln -s tool /out/link\nFROM scratch\nCOPY --from=make /out/ /\n',
    }
    const context = await builder.context({})
    await builder.run({ ...spec, flags: ['--output', '{beside}/out'] }, context)
    const out = path.join(context.beside, 'out')
    expect(readdirSync(out).toSorted()).toEqual(['link', 'tool'])
    expect(readFileSync(path.join(out, 'tool'), 'utf8')).toBe('tool\n')
    expect(lstatSync(path.join(out, 'tool')).mode & 0o777).toBe(0o750)
    const packed = await builder.run(
      { ...spec, flags: ['--output', 'type=tar,dest={beside}/out.tar'] },
      context,
    )
    expect(packed).toMatchObject({ code: 0 })
    expect(existsSync(path.join(context.beside, 'out.tar'))).toBe(true)
  })

  test('a failure is told with its step and its code, and a broken file with its line [08.04]', async () => {
    const failed = await builder.run({ dockerfile: 'FROM busybox\nRUN echo heard; exit 7\n' })
    expect(failed.code).toBe(1)
    expect(failed.stderr).toMatch(/heard/)
    expect(failed.stderr).toMatch(/exit code: 7/)
    expect(await builder.fail({ dockerfile: 'FROM busybox\nFOO bar\n' })).toMatch(/unknown instruction: FOO/)
  })

  test('a build is cancelled by the name that its client gave it', async () => {
    const api = new Client(builder.engine.socket)
    const body = tar([{ path: 'Dockerfile', content: 'FROM busybox\nRUN echo begun; sleep 1000\n' }])
    const stream = await api.stream('POST', '/build?version=2&buildid=by-name', {
      body,
      headers: { 'Content-Type': 'application/x-tar' },
    })
    let said = ''
    const ended = new Promise((resolve) => stream.body.on('end', resolve))
    stream.body.on('data', (data) => {
      said += data
    })
    const traces = () =>
      [...said.matchAll(/"aux":"([^"]+)"/g)].map(([, aux]) => Buffer.from(aux ?? '', 'base64').toString())
    await until('the command', async () => traces().some((trace) => trace.includes('begun')))
    expect((await api.post('/build/cancel?id=by-name')).status).toBe(200)
    await ended
    expect(said).toMatch(/"errorDetail":\{"message":"[^"]*cancel/)
    expect((await api.post('/build/cancel?id=nobody')).status).toBe(200)
    expect((await api.post('/build/cancel')).status).toBeGreaterThanOrEqual(400)
  })

  test('two builds of one folder at once are both right [10.01]', async () => {
    const context = await builder.context({
      'One.dockerfile': 'FROM busybox\nCOPY . /in\nENV N=one\n',
      'Two.dockerfile': 'FROM busybox\nCOPY . /in\nENV N=two\n',
      a: 'here',
    })
    const both = await Promise.all(
      ['One', 'Two'].map((name) => builder.build({ flags: ['-f', `${name}.dockerfile`] }, context)),
    )
    for (const image of both) expect(image.text('/in/a')).toBe('here')
  })

  test('progress is drawn plain, and as on a terminal [07.08]', async () => {
    const outcome = await builder.run({
      dockerfile: 'FROM busybox\nRUN echo shown\nCOPY a /\n',
      files: { a: '1' },
    })
    expect(outcome.stderr).toMatch(/#\d+ \[internal\] load build definition from Dockerfile\n/)
    expect(outcome.stderr).toMatch(/#\d+ \[2\/3\] RUN echo shown\n/)
    expect(outcome.stderr).toMatch(/#\d+ DONE \d+\.\d+s\n/)
    const drawn = await builder.run({ flags: ['--progress', 'tty'] }, outcome.context)
    expect(drawn.code).toBe(0)
  })
})

/** A program without libraries that asks an agent for its keys; busybox has none that speaks to a unix socket. */
function askingAgent(folder: string): FileSpec {
  const source = path.join(folder, 'ask.c')
  writeFileSync(
    source,
    `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
int main(void) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  strncpy(to.sun_path, getenv("SSH_AUTH_SOCK"), sizeof to.sun_path - 1);
  int agent = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(agent, (struct sockaddr *)&to, sizeof to) != 0) return 1;
  if (write(agent, "\\0\\0\\0\\1\\13", 5) != 5) return 2;
  unsigned char said[9];
  for (size_t got = 0; got < sizeof said;) {
    ssize_t more = read(agent, said + got, sizeof said - got);
    if (more <= 0) return 3;
    got += (size_t)more;
  }
  printf("the agent said");
  for (size_t at = 0; at < sizeof said; at++) printf(" %02x", said[at]);
  printf("\\n");
  return 0;
}
`,
  )
  const program = path.join(folder, 'ask')
  execFileSync('cc', ['-static', '-o', program, source])
  return { kind: 'file', content: readFileSync(program), mode: 0o755 }
}

/** Files below a folder that hold a text. */
function filesHolding(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => {
      try {
        return readFileSync(file).includes(text)
      } catch {
        return false
      }
    })
}
