import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { RunInput } from '../../contract/containers.ts'
import { parseRunLine } from './parse-run-line.ts'
import { composeYaml, createBody, dockerRunLine, withoutSecrets } from './preview.ts'
import { split } from './words.ts'

const plain: RunInput = {
  engine: 'e',
  image: 'nginx:1.27',
  ports: [],
  mounts: [],
  environment: [],
  command: [],
  network: 'bridge',
  restart: 'no',
  terminal: false,
  removeWhenDone: false,
  readOnly: false,
  start: true,
}

const full: RunInput = {
  ...plain,
  name: 'web',
  ports: [
    { hostIp: '127.0.0.1', hostPort: 8080, containerPort: 80, protocol: 'tcp' },
    { hostIp: '', hostPort: 0, containerPort: 53, protocol: 'udp' },
    { hostIp: '127.0.0.1', hostPort: 0, containerPort: 81, protocol: 'tcp' },
    { hostIp: '::1', hostPort: 82, containerPort: 82, protocol: 'tcp' },
  ],
  mounts: [
    { kind: 'volume', source: 'data', destination: '/data', readOnly: false },
    { kind: 'bind', source: '/srv/my files', destination: '/files', readOnly: true },
    { kind: 'volume', source: '', destination: '/anonymous', readOnly: false },
  ],
  environment: [
    { name: 'A', value: 'b c' },
    { name: 'PRICE', value: "$5 it's" },
  ],
  command: ['nginx', '-g', 'daemon off;'],
  entrypoint: ['/entry'],
  network: 'host',
  hostname: 'h',
  user: '1000:1000',
  workingDirectory: '/w',
  restart: 'unless-stopped',
  memoryBytes: 512 * 1024 * 1024,
  cpus: 1.5,
  terminal: true,
  removeWhenDone: false,
  readOnly: true,
}

describe('the docker line', () => {
  test('of a plain run is short', () => {
    expect(dockerRunLine(plain)).toBe('docker run -d nginx:1.27')
    expect(dockerRunLine({ ...plain, start: false })).toBe('docker create nginx:1.27')
  })

  test('says everything that the form says', () => {
    expect(dockerRunLine(full)).toBe(
      "docker run -dit --name web -p 127.0.0.1:8080:80 -p 53/udp -p 127.0.0.1::81 -p '[::1]:82:82' -v data:/data " +
        "-v '/srv/my files:/files:ro' -v /anonymous -e 'A=b c' -e 'PRICE=$5 it'\\''s' --network host --hostname h " +
        '-u 1000:1000 -w /w --restart unless-stopped --memory 512m --cpus 1.5 --read-only --entrypoint /entry ' +
        "nginx:1.27 nginx -g 'daemon off;'",
    )
  })

  test.each([
    ['plain', plain],
    ['full', full],
  ])('pasted back gives the same form (%s)', (_name, run) => {
    expect(parseRunLine('e', dockerRunLine(run))).toEqual(run)
  })
})

test('the compose file says the same, with $ kept from expansion', () => {
  const file = parse(composeYaml(full))
  expect(file.services.web).toMatchObject({
    image: 'nginx:1.27',
    ports: ['127.0.0.1:8080:80', '53/udp', '127.0.0.1::81', '[::1]:82:82'],
    volumes: ['data:/data', '/srv/my files:/files:ro', '/anonymous'],
    environment: { A: 'b c', PRICE: "$$5 it's" },
    mem_limit: '512m',
    stdin_open: true,
  })
  expect(file.volumes).toEqual({ data: {} })
  expect(parse(composeYaml(plain))).toEqual({ services: { nginx: { image: 'nginx:1.27' } } })
})

test('the create request', () => {
  expect(createBody(full)).toMatchObject({
    Cmd: ['nginx', '-g', 'daemon off;'],
    ExposedPorts: { '80/tcp': {}, '53/udp': {}, '81/tcp': {}, '82/tcp': {} },
    HostConfig: {
      Binds: ['data:/data', '/srv/my files:/files:ro', '/anonymous'],
      PortBindings: {
        '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }],
        '53/udp': [{ HostIp: '', HostPort: '' }],
      },
      NanoCpus: 1_500_000_000,
    },
  })
  expect(createBody(plain)).not.toHaveProperty('Cmd')
})

describe('a pasted line', () => {
  test('may be continued, quoted, aliased and joined', () => {
    const text = `$ sudo docker container run \\
      --rm -it -p80:80 -p 8000-8001:9000-9001 --env=A="x y" --net none \\
      --mount type=bind,source=/a,target=/b,readonly -v c:/d:ro -m 1g busybox sh -c 'echo "$HOME"'`
    expect(parseRunLine('e', text)).toEqual({
      ...plain,
      image: 'busybox',
      ports: [
        { hostIp: '', hostPort: 80, containerPort: 80, protocol: 'tcp' },
        { hostIp: '', hostPort: 8000, containerPort: 9000, protocol: 'tcp' },
        { hostIp: '', hostPort: 8001, containerPort: 9001, protocol: 'tcp' },
      ],
      mounts: [
        { kind: 'bind', source: '/a', destination: '/b', readOnly: true },
        { kind: 'volume', source: 'c', destination: '/d', readOnly: true },
      ],
      environment: [{ name: 'A', value: 'x y' }],
      command: ['sh', '-c', 'echo "$HOME"'],
      network: 'none',
      memoryBytes: 1024 ** 3,
      terminal: true,
      removeWhenDone: true,
    })
  })

  test.each([
    ['ls', 'not a "docker run" line'],
    ['docker run', 'names no image'],
    ['docker run --gpus all x', '--gpus cannot be put into the form'],
    ['docker run -Z x', '-Z cannot'],
    ['docker run --name', '--name needs a value'],
    ['docker run -p 80:90:100:110 x', 'not a port mapping'],
    ['docker run -p 1-3:1-2 x', 'different lengths'],
    ['docker run -p 80:70000 x', 'ports end at 65535'],
    ['docker run -e HOME x', 'write HOME=value'],
    ['docker run -v ./here:/x x', 'write the whole path'],
    ['docker run --memory lots x', 'not a size'],
    ["docker run 'x", 'never closed'],
    ['docker run -v $(pwd):/app x', '$(pwd) is filled in by a shell'],
    ['docker run -e "A=$HOME/b" x', '$HOME is filled in by a shell'],
    ['docker run -v `pwd`:/app x', '`pwd` is filled in'],
    ['docker run x && echo done', 'more than one command: there is an unquoted &'],
    ['docker run x\necho done', 'more than one command: there is a second line'],
    ['docker run --restart on-failure:3 x', 'number of tries'],
    ['docker run --entrypoint "" x', '--entrypoint with nothing'],
  ])('%s is refused: %s', (text, why) => {
    expect(() => parseRunLine('e', text)).toThrow(why)
  })

  test('words are split as a shell does', () => {
    expect(split(`a 'b c' "d \\"e\\" \\n" f\\ g '' h"i"'j'`)).toEqual([
      'a',
      'b c',
      'd "e" \\n',
      'f g',
      '',
      'hij',
    ])
    expect(split("a '$B' \\$C d#e $ # the rest; is left out\n")).toEqual(['a', '$B', '$C', 'd#e', '$'])
  })
})

test('a log of what was run holds no secret', () => {
  const environment = [
    { name: 'DB_PASSWORD', value: 'hunter2' },
    { name: 'MODE', value: 'fast' },
  ]
  expect(dockerRunLine(withoutSecrets({ ...plain, image: 'db', environment }))).toBe(
    "docker run -d -e 'DB_PASSWORD=***' -e MODE=fast db",
  )
})
