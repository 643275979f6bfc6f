import { describe, expect, it } from 'vitest'
import { failureOf, historyOf, operationsOf, planOf } from './plan-case.ts'

/** The one RUN's operation. */
async function run(instructions: string, given = {}): Promise<string> {
  return (await operationsOf(`FROM alpine\n${instructions}\n`, given)).at(-1) as string
}

describe('RUN', () => {
  const commands: readonly (readonly [string, string, string])[] = [
    ['RUN make all', 'exec ["/bin/sh","-c","make all"]', '08.04'],
    ['RUN ["make", "$x"]', 'exec ["make","$x"]', '08.04'],
    ['RUN a && \\\n  b', 'exec ["/bin/sh","-c","a &&   b"]', '08.38'],
    ['SHELL ["/bin/bash", "-ec"]\nRUN x', 'exec ["/bin/bash","-ec","x"]', '08.34'],
    ['USER app\nWORKDIR /w\nENV A=1\nRUN x', 'exec ["/bin/sh","-c","x"] in /w as app with A=1', '08.24'],
    ['RUN <<EOF\none\ntwo\nEOF', 'exec ["/bin/sh","-c","one\\ntwo\\n"]', '08.20'],
    ['RUN <<-EOF\n\tone\n\tEOF', 'exec ["/bin/sh","-c","one\\n"]', '08.20'],
    ['RUN <<EOF bash\necho $x\nEOF', 'exec ["/bin/sh","-c","<<EOF bash\\necho $x\\nEOF"]', '08.21'],
    ['RUN cat <<A <<B\n1\nA\n2\nB', 'exec ["/bin/sh","-c","cat <<A <<B\\n1\\nA\\n2\\nB"]', '08.20'],
    [
      'RUN <<EOF\n#!/usr/bin/python3\nprint(1)\nEOF',
      'exec ["/bin/sh","-c","/dev/pipes/EOF"] [bind 1:. on /dev/pipes/]',
      '08.21',
    ],
    ['RUN --network=none x', 'exec ["/bin/sh","-c","x"] network=none', '08.04'],
  ]
  for (const [instructions, operation, row] of commands)
    it(`${JSON.stringify(instructions)} [${row}]`, async () => {
      expect(await run(instructions)).toBe(operation)
    })

  it('makes a script of a heredoc with a shebang [08.21]', async () => {
    const all = await operationsOf('FROM alpine\nRUN <<"EOF"\n#!/bin/x\n$y\nEOF\n')
    expect(all[0]).toBe('copy EOF="#!/bin/x\\n$y\\n" to /')
  })

  it('is in the network that the build is in [07.14]', async () => {
    expect(await run('RUN x', { request: { network: 'host' } })).toContain('network=host')
    expect(await run('RUN x', { request: { network: { named: 'web' } } })).toContain('network=web')
    expect(await run('RUN --network=default x', { request: { network: 'none' } })).not.toContain('network')
  })

  it('is let out of its sandbox only when that is allowed [09.01]', async () => {
    const entitlements = { insecure: true, hostNetwork: true }
    expect(await run('RUN --security=insecure x', { request: { entitlements } })).toContain('insecure')
    expect(await failureOf('FROM alpine\nRUN --security=insecure x\n')).toBe(
      '2:16 security.insecure is not allowed: allow it for this build (docker build --allow security.insecure)',
    )
    expect(await failureOf('FROM alpine\nRUN --network=host x\n')).toContain(
      '2:15 network.host is not allowed',
    )
  })

  const mounts: readonly (readonly [string, string, string])[] = [
    ['type=bind,source=a,target=/x', 'bind 1:a on /x', '09.02'],
    ['target=x', 'bind 1:. on /w/x', '09.02'],
    ['type=bind,from=b,src=/s/,dst=/x,rw', 'bind 1:s on /x rw', '09.03'],
    ['type=bind,from=busybox,target=/x,readonly=false', 'bind 1:. on /x', '09.03'],
    ['type=cache,target=/c', 'cache /c shared on /c 0:0 755', '09.01'],
    [
      'type=cache,id=n,target=c,sharing=locked,mode=0700,uid=5,gid=6,ro',
      'cache n locked on /w/c 5:6 700 ro',
      '09.01',
    ],
    ['type=cache,target=/c,from=b,source=/s', 'cache /c shared on /c from 1:s 0:0 755', '09.01'],
    ['type=tmpfs,target=/t,size=64m', 'tmpfs on /t of 67108864', '09.06'],
    ['type=tmpfs,target=/t', 'tmpfs on /t', '09.06'],
    ['type=secret,id=key', 'secret key on /run/secrets/key 0:0 400', '09.04'],
    ['type=secret,target=/etc/key', 'secret key on /etc/key 0:0 400', '09.04'],
    [
      'type=secret,id=key,target=/k,uid=1,mode=0444,required=true',
      'secret key on /k 1:0 444 required',
      '09.04',
    ],
    ['type=secret,id=key,env=KEY', 'secret key as $KEY 0:0 400', '09.07'],
    ['type=secret,id=key,env=KEY,target=/k', 'secret key on /k as $KEY 0:0 400', '09.07'],
    ['type=ssh', 'ssh default on /run/buildkit/ssh_agent.0 600', '09.05'],
    ['type=ssh,id=x,target=/a,required', 'ssh x on /a 600 required', '09.05'],
    ['type=cache,target=$D,id=$N', 'cache name shared on /dir 0:0 755', '09.01'],
  ]
  for (const [mount, printed, row] of mounts)
    it(`--mount=${mount} [${row}]`, async () => {
      const file = `FROM debian AS b\nRUN y\nFROM alpine\nWORKDIR /w\nENV D=/dir N=name\nRUN --mount=${mount} x\n`
      expect((await operationsOf(file)).at(-1)).toContain(`[${printed}`)
    })

  it('knows where its agent is [09.05]', async () => {
    expect(await run('RUN --mount=type=ssh x')).toContain('SSH_AUTH_SOCK=/run/buildkit/ssh_agent.0')
    expect(await run('ENV SSH_AUTH_SOCK=/own\nRUN --mount=type=ssh x')).not.toContain('ssh_agent.0 [')
  })

  it('reads no more of the context than it mounts [09.02]', async () => {
    const { steps } = await planOf(
      'FROM alpine\nRUN --mount=source=a/b,target=/x --mount=source=c,target=/y z\n',
    )
    const context = steps.find(({ operation }) => operation.kind === 'context')?.operation
    expect(context).toMatchObject({ wanted: ['a/b', 'c'] })
  })

  const broken: readonly (readonly [string, string])[] = [
    [
      '--mount=from=$x,target=/x y',
      "2:18 'from' doesn't support variable expansion, define alias stage instead",
    ],
    ['--mount=type=cache,target=$e y', '2:13 invalid mount target ""'],
    ['--mount=from=3,target=/x y', '2:18 invalid stage index 3'],
    ['--mount=type=cache,target=/c,sharing=$e y', '2:42 unsupported sharing value ""'],
    [
      '--device=vendor.com/gpu x',
      '2:1 RUN --device is not supported: the builder gives no devices to commands',
    ],
  ]
  for (const [flags, message] of broken)
    it(`${flags} is refused [09.01]`, async () => {
      expect(await failureOf(`FROM alpine\nRUN ${flags}\n`)).toBe(message)
    })

  it('shows variables in its name, and no secret [09.07]', async () => {
    const name = async (instructions: string) =>
      (await planOf(`FROM alpine\n${instructions}\n`)).steps.at(-1)?.name
    expect(await name('ENV V=1\nRUN echo "$V" $W')).toBe('[2/2] RUN echo "1" $W')
    expect(await name('RUN <<EOF\nfirst\nsecond\nEOF')).toBe('[2/2] RUN <<EOF (first...)')
    expect(await name('ENV K=public\nRUN --mount=type=secret,id=a,env=K echo $K')).toBe(
      '[2/2] RUN --mount=type=secret,id=a,env=K echo ****',
    )
  })

  it('has its arguments in the history [08.27]', async () => {
    const request = { args: new Map([['A', '1']]) }
    expect(await historyOf('FROM alpine\nARG A\nARG B=2\nARG C\nRUN x\n', { request })).toEqual([
      'ARG A=1',
      'ARG B=2',
      'ARG C',
      'RUN |3 A=1 B=2 C= /bin/sh -c x # buildkit',
    ])
    expect(await historyOf('FROM alpine\nRUN ["a", "b c"]\n')).toEqual(['RUN a b c # buildkit'])
  })

  it('has the proxies that were given, outside of its key [08.27]', async () => {
    const args = new Map([['http_proxy', 'http://p']])
    const { steps, warnings } = await planOf('FROM alpine\nRUN x\n', { request: { args } })
    const operation = steps.at(-1)?.operation
    expect(operation).toMatchObject({
      env: ['PATH=/bin'],
      proxyEnv: ['HTTP_PROXY=http://p', 'http_proxy=http://p'],
    })
    expect(warnings).toEqual([])
  })
})
