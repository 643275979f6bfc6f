/** Services that are built: by the engine's own builder, or by POST /build (rows of group 17). */
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { Stack } from './stack.ts'

onEachEngine('longshore compose build', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())

  test('an image is built for a service that names none, once, and when it is asked for [16.01] [17.01] [17.04] [17.05] [17.06] [17.14] [17.18] [17.20]', async () => {
    stack.write(
      'FROM $IMAGE AS first\nARG A=none\nRUN echo "$A" > /said\nFROM first AS target\nCOPY kept /kept\nCMD cat /said /kept\nFROM first\nRUN false\n',
      'dir/D',
    )
    stack.write('kept\n', 'dir/kept')
    stack.write('ignored\n', 'dir/left')
    stack.write('left\n', 'dir/.dockerignore')
    stack.write(`
services:
  web:
    build: {context: ./dir, dockerfile: D, args: {A: given}, labels: {l: v}, target: target, tags: ["pier-extra:1"]}
  inline:
    build: {context: ./dir, dockerfile_inline: "FROM $IMAGE\\nCOPY . /all\\nCMD ls -A /all"}
`)
    const { stderr } = await stack.do('--progress plain up -d')
    expect(stderr).toContain('Image pier-web  Built')
    await Promise.all(['pier-web-1', 'pier-inline-1'].map((name) => subject.exitCode(name)))
    expect((await stack.do('logs --no-log-prefix web')).stdout).toBe('given\nkept\n')
    expect((await stack.do('logs --no-log-prefix inline')).stdout.split('\n')).not.toContain('left')
    const image = (await subject.api.get('/images/pier-extra:1/json')).json<{ Config: { Labels: object } }>()
    expect(image.Config.Labels).toMatchObject({ l: 'v' })

    expect((await stack.do('--progress plain up -d')).stderr).not.toContain('Built')
    stack.write('other\n', 'dir/kept')
    const again = await stack.do('--progress plain up -d --build web')
    expect(again.stderr).toMatch(/Recreate {2}\(image changed/)
    await subject.exitCode('pier-web-1')
    expect((await stack.do('logs --no-log-prefix web')).stdout).toContain('other\n')
    await stack.do('build inline')
    await stack.do('down --rmi local')
    expect((await subject.api.get('/images/pier-inline/json')).status).toBe(404)
  })

  test('a build that fails says where, and nothing is brought up', async () => {
    stack.write('FROM $IMAGE\nRUN echo before; exit 9\n', 'dir/Dockerfile')
    stack.write('services: {bad: {build: ./dir}}')
    const failed = await stack.try('up -d')
    expect([failed.code === 0, failed.stderr]).toEqual([
      false,
      expect.stringMatching(/failed to build pier-bad: .*(9|exit)/s),
    ])
    expect(await stack.states()).toEqual({})
  })

  test('what this engine’s builder cannot is refused by its key, before anything is sent [17.24] [17.25] [17.26]', async () => {
    stack.write('FROM $IMAGE\n', 'dir/Dockerfile')
    const refused = async (build: string, more = '') => {
      stack.write(`services: {web: {build: ${build}${more}}}\nsecrets: {s: {file: ./compose.yaml}}`)
      const { code, stderr } = await stack.try('build')
      expect(code).not.toBe(0)
      return stderr
    }
    expect(await refused('{context: ./dir, platforms: [linux/amd64, linux/arm64]}')).toContain('platforms')
    expect(await refused('{context: ./dir, platforms: [linux/arm64]}', ', platform: linux/amd64')).toContain(
      'platforms',
    )
    expect(await refused('{context: ./dir, platforms: [nosuch/thing]}')).toMatch(/platform|nosuch/)
  })
})
