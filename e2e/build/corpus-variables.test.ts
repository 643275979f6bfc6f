/** ARG, ENV and expansion: what a variable is where. The values are shown by labels and files. */
import { behaviour, refused } from './harness/behaviour.ts'
import { buildCases } from './harness/cases.ts'
import { reworded } from './harness/differences.ts'

const LATER = 'an expansion that is newer than BuildKit 0.8'

/** A label `is` that holds the word, below lines that set variables. */
function word(
  title: string,
  set: readonly string[],
  written: string,
  value: string,
  notOnDockerd?: string,
): ReturnType<typeof behaviour> {
  const lines = ['FROM busybox', ...set, `LABEL is=${written}`]
  return behaviour(
    `${title} [08.37]`,
    lines,
    { config: { Labels: { is: value } } },
    notOnDockerd === undefined ? {} : { notOnDockerd },
  )
}

/** What every image is given that has none. */
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const P = ['ARG p=/usr/local/a.tar.gz']

buildCases('variables of a Dockerfile', [
  word('a name', ['ARG v=x'], '$v', 'x'),
  word('a name in braces with more behind', ['ARG v=x'], '${v}y', 'xy'),
  word('a name that nothing sets', [], 'a$none', 'a'),
  word('a default for one that is not set', [], '${none:-d}', 'd'),
  word('a default for one that is empty', ['ENV e='], '${e:-d}', 'd'),
  word('a default without colon for one that is empty', ['ENV e='], 'x${e-d}', 'x', LATER),
  word('no default for one that is set', ['ARG v=x'], '${v:-d}', 'x'),
  word('a default that is another variable', ['ARG v=x'], '${none:-$v}', 'x'),
  word('defaults within defaults', ['ARG v=x'], '${n:-${m:-$v}}', 'x'),
  word('something else where one is set', ['ARG v=x'], '${v:+yes}', 'yes'),
  word('nothing else where one is not set', [], 'x${none:+yes}', 'x'),
  word('single quotes keep a dollar', ['ARG v=x'], "'$v'", '$v'),
  word('double quotes do not', ['ARG v=x'], '"$v y"', 'x y'),
  word('an escaped dollar', ['ARG v=x'], '\\$v', '$v'),
  word('an escaped quote', [], '"a\\"b"', 'a"b'),
  word('an escaped blank', [], 'a\\ b', 'a b'),
  word('a backslash in double quotes', [], '"a\\b"', 'a\\b'),
  word('a dollar alone', [], 'a$', 'a$'),
  word('quotes of both kinds side by side', ['ARG v=x'], `'$v'"$v"$v`, '$vxx'),
  word('the shortest start taken off', P, '${p#*/}', 'usr/local/a.tar.gz', LATER),
  word('the longest start taken off', P, '${p##*/}', 'a.tar.gz', LATER),
  word('the shortest end taken off', P, '${p%.*}', '/usr/local/a.tar', LATER),
  word('the longest end taken off', P, '${p%%.*}', '/usr/local/a', LATER),
  word('the first match replaced', ['ARG v=a-b-c'], '${v/-/_}', 'a_b-c', LATER),
  word('every match replaced', ['ARG v=a-b-c'], '${v//-/_}', 'a_b_c', LATER),
  word('every match taken out', ['ARG v=a-b-c'], '${v//-/}', 'abc', LATER),
  refused('one that must be set [08.37]', ['FROM busybox', 'LABEL is="${none:?say why}"'], /none: say why/, {
    notOnDockerd: LATER,
  }),
  refused(
    'braces that nothing closes [08.37]',
    ['FROM busybox', 'LABEL is=${none'],
    /failed to process.*none/,
  ),
  refused(
    'a modifier that there is not [08.37]',
    ['FROM busybox', 'ARG v=x', 'LABEL is=${v^^}'],
    /failed to process.*\^\^|nsupported modifier/,
  ),
  behaviour(
    'an instruction sees what stands before it, not itself [08.07]',
    ['FROM busybox', 'ENV a=1', 'ENV a=2 b=$a', 'LABEL is=$a$b'],
    { config: { Labels: { is: '21' }, Env: [PATH, 'a=2', 'b=1'] } },
  ),
  behaviour(
    'ARG after ENV counts in what follows, and the image keeps ENV [08.27]',
    ['FROM busybox', 'ENV v=env', 'ARG v=arg', 'LABEL is=$v'],
    {
      config: { Labels: { is: 'arg' }, Env: [PATH, 'v=env'] },
    },
  ),
  behaviour('ENV after ARG counts [08.27]', ['FROM busybox', 'ARG v=arg', 'ENV v=env', 'LABEL is=$v'], {
    config: { Labels: { is: 'env' } },
  }),
  behaviour('ENV of an ARG stays in the image [08.29]', ['FROM busybox', 'ARG v=1', 'ENV kept=$v'], {
    config: { Env: [PATH, 'kept=1'] },
  }),
  behaviour('ARG is not in the image [08.27]', ['FROM busybox', 'ARG v=secretive'], {
    config: { Env: [PATH] },
  }),
  behaviour('ARG is a variable of RUN [08.27]', ['FROM busybox', 'ARG v=1', 'RUN echo "$v" > /x'], {
    contents: { '/x': '1\n' },
  }),
  behaviour('ARG does not count before its line [08.27]', ['FROM busybox', 'LABEL is=x$v', 'ARG v=1'], {
    config: { Labels: { is: 'x' } },
  }),
  behaviour(
    'ARG again changes it from there on [08.27]',
    ['FROM busybox', 'ARG v=1', 'LABEL a=$v', 'ARG v=2', 'LABEL b=$v'],
    { config: { Labels: { a: '1', b: '2' } } },
  ),
  behaviour('several arguments of one ARG [08.27]', ['FROM busybox', 'ARG a=1 b=2', 'LABEL is=$a$b'], {
    config: { Labels: { is: '12' } },
  }),
  behaviour(
    'an argument that the build gives [08.27]',
    ['FROM busybox', 'ARG v=1', 'LABEL is=$v'],
    { config: { Labels: { is: 'given' } } },
    { differs: reworded(1), flags: ['--build-arg', 'v=given'] },
  ),
  behaviour(
    'an argument given out of the environment [08.27]',
    ['FROM busybox', 'ARG v=1', 'LABEL is=$v'],
    { config: { Labels: { is: 'there' } } },
    { differs: reworded(1), flags: ['--build-arg', 'v'], env: { v: 'there' } },
  ),
  behaviour(
    'an argument given as nothing [08.27]',
    ['FROM busybox', 'ARG v=1', 'LABEL is=x$v'],
    { config: { Labels: { is: 'x' } } },
    { differs: reworded(1), flags: ['--build-arg', 'v='] },
  ),
  behaviour(
    'an argument ends with its stage [08.27]',
    ['FROM busybox AS one', 'ARG v=1', 'LABEL a=$v', 'FROM busybox', 'LABEL is=x$v'],
    { config: { Labels: { is: 'x' } } },
  ),
  behaviour(
    'an argument before FROM chooses the image [08.28]',
    ['ARG base=busybox', 'FROM ${base}', 'RUN true > /x'],
    { contents: { '/x': '' } },
  ),
  behaviour(
    'an argument before FROM is not of the stage [08.28]',
    ['ARG v=1', 'FROM busybox', 'LABEL is=x$v'],
    { config: { Labels: { is: 'x' } } },
  ),
  behaviour(
    'unless it is declared again [08.28]',
    ['ARG v=1', 'FROM busybox', 'ARG v', 'LABEL is=x$v'],
    {
      config: { Labels: { is: 'x1' } },
    },
    { differs: reworded(1) },
  ),
  behaviour(
    'with a default of its own it has that [08.28]',
    ['ARG v=1', 'FROM busybox', 'ARG v=2', 'LABEL is=x$v'],
    { config: { Labels: { is: 'x2' } } },
  ),
  behaviour(
    'the platform, once declared [08.30]',
    ['FROM busybox', 'ARG TARGETOS', 'LABEL is=$TARGETOS'],
    {
      config: { Labels: { is: 'linux' } },
    },
    { differs: reworded(1) },
  ),
  behaviour('the platform, not declared [08.30]', ['FROM busybox', 'LABEL is=x$TARGETOS'], {
    config: { Labels: { is: 'x' } },
  }),
  behaviour('variables of the base image [08.37]', ['FROM layered:1', 'LABEL is=$COLOUR'], {
    config: { Labels: { is: 'teal', 'org.example.kind': 'layered' } },
  }),
  behaviour('PATH grows [08.07]', ['FROM busybox', 'ENV PATH=/more:$PATH'], {
    config: { Env: ['PATH=/more:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] },
  }),
  behaviour(
    'a variable in WORKDIR, USER, EXPOSE, VOLUME and STOPSIGNAL [08.37]',
    ['FROM busybox', 'ARG v=7', 'WORKDIR /w$v', 'USER $v', 'EXPOSE 8$v', 'VOLUME /v$v', 'STOPSIGNAL $v'],
    {
      config: {
        WorkingDir: '/w7',
        User: '7',
        ExposedPorts: { '87/tcp': {} },
        Volumes: { '/v7': {} },
        StopSignal: '7',
      },
    },
    { differs: reworded(4) },
  ),
  behaviour(
    'a variable in the sources and the destination of COPY [08.37]',
    ['FROM busybox', 'ARG f=a.txt d=/x/', 'COPY $f $d'],
    { contents: { '/x/a.txt': 'a' } },
    { files: { 'a.txt': 'a' } },
  ),
  behaviour(
    'no variable in CMD and ENTRYPOINT [08.37]',
    ['FROM busybox', 'ARG v=1', 'CMD ["$v"]', 'ENTRYPOINT ["${v}"]'],
    { config: { Cmd: ['$v'], Entrypoint: ['${v}'] } },
  ),
])
