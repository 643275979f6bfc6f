/** Clients that build by `POST /build` and were written for Docker: docker-py, dockerode and docker-compose 1.29. */
import path from 'node:path'
import Docker from 'dockerode'
import { expect, test } from 'vitest'
import { mustRun, run } from '../fixtures/processes.ts'
import { onEachBuilder } from './harness/cases.ts'

const PYTHON = `
import io, sys, docker
client = docker.DockerClient(base_url='unix://' + sys.argv[1])
image, lines = client.images.build(path=sys.argv[2], tag='python:1', buildargs={'A': 'given'}, labels={'l': 'm'}, rm=True)
text = ''.join(line.get('stream', '') for line in lines)
assert 'A is given' in text, text
assert image.labels == {'l': 'm'}, image.labels
assert 'python:1' in image.tags, image.tags
image, _ = client.images.build(fileobj=io.BytesIO(b'FROM busybox\\nENV B=lone\\n'), rm=True)
assert 'B=lone' in image.attrs['Config']['Env'], image.attrs
try:
    client.images.build(fileobj=io.BytesIO(b'FROM busybox\\nRUN exit 4\\n'), rm=True)
    raise SystemExit('no error')
except docker.errors.BuildError as error:
    assert 'returned a non-zero code: 4' in error.msg, error.msg
try:
    client.images.build(fileobj=io.BytesIO(b'FROM busybox\\nFOO\\n'), rm=True)
    raise SystemExit('no error')
except docker.errors.APIError as error:
    assert error.status_code == 400, error
    assert 'unknown instruction' in error.explanation, error
print('all well')
`

const FILES = { Dockerfile: 'FROM busybox\nARG A=none\nCOPY a /a\nRUN echo "A is $A"\n', a: 'file' }

onEachBuilder('clients that build', (builder) => {
  test('docker-py builds a folder and a file object, and knows its errors [07.02] [07.04] [07.06] [10.01] [10.04]', async () => {
    const context = await builder.context(FILES)
    const done = await mustRun('python3', ['-c', PYTHON, builder.engine.socket, context.path])
    expect(done).toBe('all well\n')
    expect((await builder.image('python:1')).text('/a')).toBe('file')
  })

  test('dockerode builds a folder and follows its progress [07.02] [10.01]', async () => {
    const context = await builder.context(FILES)
    const docker = new Docker({ socketPath: builder.engine.socket })
    const source = { context: context.path, src: ['Dockerfile', 'a'] }
    const stream = await docker.buildImage(source, { t: 'node:1', buildargs: { A: 'node' }, pull: false })
    const lines = await new Promise<readonly { stream?: string; aux?: { ID: string } }[]>(
      (resolve, reject) => {
        docker.modem.followProgress(stream, (error, output) => (error ? reject(error) : resolve(output)))
      },
    )
    expect(lines.map((line) => line.stream ?? '').join('')).toContain('A is node\n')
    const { Id } = await docker.getImage('node:1').inspect()
    expect(lines.findLast(({ aux }) => aux)?.aux?.ID).toBe(Id)
  })

  test('docker-compose 1.29 builds what its file says [07.04] [07.06] [07.13]', async () => {
    const context = await builder.context({
      'app/Dockerfile': 'FROM busybox AS first\nARG A\nRUN echo "$A" > /a\nFROM first\nRUN false\n',
      'stack.json': JSON.stringify({
        version: '3.4',
        services: {
          app: {
            image: 'composed:1',
            build: { context: 'app', target: 'first', args: { A: 'compose' }, labels: { l: 'm' } },
          },
        },
      }),
    })
    const env = { DOCKER_HOST: `unix://${builder.engine.socket}`, COMPOSE_DOCKER_CLI_BUILD: '0' }
    const file = path.join(context.path, 'stack.json')
    const done = await run('docker-compose', ['-p', 'building', '-f', file, 'build'], { env })
    expect(done.stdout + done.stderr).toContain('Successfully tagged composed:1')
    const image = await builder.image('composed:1')
    expect(image.text('/a')).toBe('compose\n')
    expect(image.config.config.Labels).toMatchObject({ l: 'm' })
  })
})
