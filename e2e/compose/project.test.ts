/** What stands at the top of compose files, on engines (rows of group 15). */
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { SLEEP, Stack } from './stack.ts'

onEachEngine('longshore compose: the top of a project', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())
  const bare = async (args: string, env: Readonly<Record<string, string>> = {}) => {
    // Without -p, so that the files say the name.
    const done = await stack.bare(args.split(' '), { env })
    expect(done, done.stderr).toMatchObject({ code: 0 })
    return done.stdout
  }

  test('compose.yaml comes before docker-compose.yml, with its override, from a folder below too [15.02]', async () => {
    stack.write('services: {new: {image: $IMAGE}}')
    stack.write('services: {new: {labels: {over: "1"}}}', 'compose.override.yaml')
    stack.write('services: {old: {image: $IMAGE}}', 'docker-compose.yml')
    stack.write('', 'below/here/.keep')
    const below = await stack.try('config', { cwd: `${stack.folder}/below/here` })
    expect(below.stdout).toContain('over: "1"')
    expect((await stack.do('config --services')).stdout).toBe('new\n')
    expect((await stack.do('-f docker-compose.yml config --services')).stdout).toBe('old\n')
    stack.drop('compose.override.yaml', 'docker-compose.yml')
  })

  test('the name is the file’s, the variable’s or the flag’s, and can be used in the file [15.03] [15.10]', async () => {
    stack.write(
      `name: quay\nservices: {web: {image: $IMAGE, environment: {P: "\${COMPOSE_PROJECT_NAME}-$$x"}}}`,
    )
    await bare('create')
    expect((await subject.inspect('quay-web-1')).Config.Env).toContain('P=quay-$x')
    expect(await bare('config --format json', { COMPOSE_PROJECT_NAME: 'other' })).toContain('"name": "other"')
    expect((await stack.do('config --format json')).stdout).toContain('"name": "pier"')
    await bare('down')
  })

  test('variables come from the shell, then .env; labels in both forms [15.10] [15.11]', async () => {
    stack.write('A=file\nB=file\n', '.env')
    stack.write(`
services:
  list: {image: $IMAGE, labels: ["a=\${A}", "b=\${B}", "c=\${C:-none}", "bare"]}
  map: {image: $IMAGE, labels: {a: "\${A}", price: "$$5"}}
`)
    await stack.do('create', { env: { A: 'shell' } })
    const labels = async (name: string) => (await subject.inspect(`pier-${name}-1`)).Config.Labels
    expect(await labels('list')).toMatchObject({ a: 'shell', b: 'file', c: 'none', bare: '' })
    expect(await labels('map')).toMatchObject({ a: 'shell', price: '$5' })
    stack.drop('.env')
  })

  test('each service becomes its containers, each network and volume has the project’s name [15.04] [15.05] [15.06]', async () => {
    stack.write(`
services:
  web: {image: $IMAGE, command: ${JSON.stringify(SLEEP)}, scale: 2, networks: [back], volumes: ["data:/d"]}
  db: {image: $IMAGE, command: ${JSON.stringify(SLEEP)}}
networks: {back: {}}
volumes: {data: {}}
`)
    await stack.do('up -d')
    expect(Object.keys(await stack.states())).toEqual(['db-1', 'web-1', 'web-2'])
    const networks = (await subject.api.get('/networks')).json<
      { Name: string; Labels: Record<string, string> }[]
    >()
    const own = networks.filter(({ Labels }) => Labels?.['com.docker.compose.project'] === 'pier')
    expect(own.map(({ Name }) => Name).toSorted()).toEqual(['pier_back', 'pier_default'])
    await stack.do('down -t 2')
    const volume = (await subject.api.get('/volumes/pier_data')).json<{ Labels: Record<string, string> }>()
    expect(volume.Labels).toMatchObject({
      'com.docker.compose.project': 'pier',
      'com.docker.compose.volume': 'data',
    })
    // What is gone is made anew.
    await subject.api.delete('/volumes/pier_data')
    await stack.do('up -d')
    expect((await subject.api.get('/volumes/pier_data')).status).toBe(200)
  })

  test('included files are projects with a folder and variables of their own [15.09]', async () => {
    stack.write(
      'include: [{path: sub/compose.yaml, project_directory: sub}]\nservices: {web: {image: $IMAGE, depends_on: [db]}}',
    )
    stack.write(
      `services: {db: {image: $IMAGE, command: [echo, "\${WHO}"], volumes: ["./here:/h"]}}`,
      'sub/compose.yaml',
    )
    stack.write('WHO=sub\n', 'sub/.env')
    await stack.do('create')
    const db = await subject.inspect('pier-db-1')
    expect([db.Args, db.Mounts.map(({ Source }) => Source)]).toEqual([['sub'], [`${stack.folder}/sub/here`]])
    stack.drop('sub/compose.yaml', 'sub/.env')
  })

  test('secrets and configs reach who is granted them, from every kind of source [15.07] [15.08] [16.16] [19.06] [19.07] [19.08] [19.11] [19.12] [19.13] [19.10]', async () => {
    stack.write('from a file\n', 'note.txt')
    stack.write(`
services:
  reader:
    image: $IMAGE
    command: sh -c "cat /run/secrets/plain /etc/app.conf /inline /from-env /run/secrets/env; ls -ln /etc/app.conf /run/secrets/env | cut -d' ' -f1; stat -c '%a %u %g' /etc/app.conf /run/secrets/env"
    secrets: [plain, {source: env, uid: "7", gid: "8", mode: 0400}]
    configs: [{source: file, target: /etc/app.conf, mode: 0444, uid: "3"}, inline, {source: variable, target: /from-env}]
  other:
    image: $IMAGE
    command: sh -c "ls /run/secrets /inline 2>&1 | wc -l; ls -A /run/secrets 2>/dev/null | wc -l"
secrets:
  plain: {file: ./note.txt}
  env: {environment: TOKEN}
configs:
  file: {file: ./note.txt, name: "named-\${WORD}"}
  inline: {content: "word is \${WORD}\\n"}
  variable: {environment: TOKEN}
`)
    const env = { TOKEN: 'token\n', WORD: 'moor' }
    await stack.do('up -d', { env })
    await Promise.all(['pier-reader-1', 'pier-other-1'].map((name) => subject.exitCode(name)))
    expect((await stack.do('logs --no-log-prefix reader', { env })).stdout.split('\n')).toEqual([
      ...['from a file', 'from a file', 'word is moor', 'token', 'token'],
      ...['-r--r--r--', '-r--------', '444 3 0', '400 7 8', ''],
    ])
    expect((await stack.do('logs --no-log-prefix other', { env })).stdout.split('\n').at(-2)).toBe('0')
    expect((await stack.try('up -d --force-recreate', { env: { WORD: 'x' } })).stderr).toContain('TOKEN')
  })

  test('what nobody has is told before anything is deployed [15.13] [18.17] [19.01] [19.03] [19.09] [18.06]', async () => {
    const fails = async (text: string, message: string) => {
      stack.write(`services: {web: {image: $IMAGE, ${text}`)
      const { code, stderr } = await stack.try('up -d')
      expect([code === 0, stderr]).toEqual([false, expect.stringContaining(message)])
      expect(await stack.states()).toEqual({})
    }
    await fails('volumes: ["d:/d"]}}\nvolumes: {d: {driver: nosuch}}', 'nosuch')
    await fails('networks: [n]}}\nnetworks: {n: {driver: nosuch}}', 'nosuch')
    await fails(
      'networks: [n]}}\nnetworks: {n: {external: true, name: gone}}',
      'network gone declared as external, but could not be found',
    )
    await fails(
      'volumes: ["d:/d"]}}\nvolumes: {d: {external: true}}',
      'volume d declared as external, but could not be found',
    )
    await fails('volumes: ["d:/d"]}}\nvolumes: {d: {external: true, driver: local}}', 'external')
    await fails('configs: [c]}}\nconfigs: {c: {external: true}}', 'external')
  })
})
