/** How a Dockerfile is written: lines, comments, directives, heredocs, stages. */
import { behaviour, refused } from './harness/behaviour.ts'
import { buildCases } from './harness/cases.ts'
import { mountPoint } from './harness/differences.ts'

const HEREDOC = 'heredocs are newer than BuildKit 0.8'
/** A command that changed nothing. */
const NO_LAYER = 'a layer of nothing is none, as in later ones'
const EMPTY_LAYER = {
  'history[1].empty_layer': NO_LAYER,
  ...{ 'layer[1] /y': NO_LAYER, 'layer[2] /y': NO_LAYER },
}
const FAULT = 'the message is newer than BuildKit 0.8'

buildCases('how a Dockerfile is written', [
  behaviour('a command over several lines [08.38]', ['FROM busybox', 'RUN echo a \\', '  b \\', '  c > /x'], {
    contents: { '/x': 'a b c\n' },
  }),
  behaviour(
    'comments within a command [08.38]',
    ['FROM busybox', 'RUN echo a \\', '# of nothing', '   # with blanks', '  b > /x'],
    { contents: { '/x': 'a b\n' } },
  ),
  behaviour('a blank line within a command [08.38]', ['FROM busybox', 'RUN echo a \\', '', '  b > /x'], {
    contents: { '/x': 'a b\n' },
  }),
  behaviour('blanks behind the escape [08.38]', ['FROM busybox', 'RUN echo a \\  ', '  b > /x'], {
    contents: { '/x': 'a b\n' },
  }),
  behaviour('a word over two lines [08.38]', ['FROM busybox', 'RUN echo ab\\', 'cd > /x'], {
    contents: { '/x': 'abcd\n' },
  }),
  behaviour('a hash within a line is no comment [08.38]', ['FROM busybox', 'RUN echo "# a" > /x'], {
    contents: { '/x': '# a\n' },
  }),
  behaviour(
    'comments before all, and blank lines [08.38]',
    ['', '# a', '', 'FROM busybox', '', '  # b', 'RUN echo a > /x'],
    { contents: { '/x': 'a\n' } },
  ),
  behaviour('lines that begin with blanks [08.38]', ['  FROM busybox', '\tRUN echo a > /x'], {
    contents: { '/x': 'a\n' },
  }),
  behaviour(
    'instructions in small letters, and mixed [08.38]',
    ['from busybox as One', 'Run echo a > /x', 'cmd ["b"]'],
    { contents: { '/x': 'a\n' }, config: { Cmd: ['b'] } },
  ),
  behaviour(
    'CRLF at the ends of lines [08.38]',
    ['FROM busybox\r', 'RUN echo a \\\r', '  b > /x\r', 'CMD ["c"]\r'],
    { contents: { '/x': 'a b\n' }, config: { Cmd: ['c'] } },
  ),
  behaviour('a byte order mark [08.38]', ['\uFEFFFROM busybox', 'RUN echo a > /x'], {
    contents: { '/x': 'a\n' },
  }),
  behaviour(
    'a backquote as the escape [08.38]',
    ['# escape=`', 'FROM busybox', 'RUN echo a `', '  b > /x', 'LABEL c=d`\\ e=C:\\f'],
    { contents: { '/x': 'a b\n' }, config: { Labels: { c: 'd\\', e: 'C:\\f' } } },
  ),
  behaviour(
    'a directive below a comment is a comment [08.38]',
    ['# a', '# escape=`', 'FROM busybox', 'RUN echo a \\', '  b > /x'],
    { contents: { '/x': 'a b\n' } },
  ),
  behaviour('JSON over several lines [08.38]', ['FROM busybox', 'CMD ["a", \\', '  "b"]'], {
    config: { Cmd: ['a', 'b'] },
  }),
  behaviour('brackets of the shell [08.04]', ['FROM busybox', 'RUN [ -d /bin ] && echo yes > /x'], {
    contents: { '/x': 'yes\n' },
  }),
  behaviour(
    'RUN in JSON form without a shell [08.04]',
    ['FROM busybox', 'RUN ["/bin/sh", "-c", "echo $0 > /x"]', 'RUN ["touch", "/$HOME"]'],
    { contents: { '/x': '/bin/sh\n' }, entries: { '/$HOME': { type: 'file' } } },
  ),
  behaviour(
    'a script [08.20]',
    ['FROM busybox', 'RUN <<EOF', 'echo a > /x', 'echo b >> /x', 'EOF'],
    { contents: { '/x': 'a\nb\n' } },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'a script with tabs [08.20]',
    ['FROM busybox', 'RUN <<-EOF', '\techo a > /x', '\tEOF'],
    { contents: { '/x': 'a\n' } },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'a script with an interpreter [08.21]',
    ['FROM busybox', 'RUN <<EOF ash -e', 'echo a > /x', 'EOF'],
    { contents: { '/x': 'a\n' } },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'a script that names its interpreter [08.21]',
    ['FROM busybox', 'RUN <<EOF', '#!/bin/awk -f', 'BEGIN { print "a" > "/x" }', 'EOF'],
    { contents: { '/x': 'a\n' } },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'two heredocs of one command [08.20]',
    ['FROM busybox', 'RUN cat <<A > /x && cat <<B >> /x', 'a', 'A', 'b', 'B'],
    { contents: { '/x': 'a\nb\n' } },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'a heredoc by another number [08.20]',
    ['FROM busybox', 'RUN cat 3<<A <&3 > /x', 'a', 'A'],
    { contents: { '/x': 'a\n' } },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'a command after heredocs goes on [08.20]',
    ['FROM busybox', 'RUN <<A', 'echo a > /x', 'A', 'RUN echo b >> /x'],
    { contents: { '/x': 'a\nb\n' }, layers: 2 },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'a file in the Dockerfile [08.19]',
    ['FROM scratch', 'COPY <<EOF /x', '  a  ', '# b', 'EOF'],
    { contents: { '/x': '  a  \n# b\n' }, entries: { '/x': { mode: 0o644, uid: 0, gid: 0 } } },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'variables in it [08.19]',
    ['FROM scratch', 'ARG v=1', 'COPY <<EOF /x', '$v ${v:-2} \\$v', 'EOF'],
    { contents: { '/x': '1 1 $v\n' } },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'none where its name is quoted [08.19]',
    ['FROM scratch', 'ARG v=1', "COPY <<'EOF' /x", '$v \\$v', 'EOF'],
    { contents: { '/x': '$v \\$v\n' } },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'two files into a folder by their names [08.19]',
    ['FROM scratch', 'COPY <<a.txt <<b.txt /d/', 'a', 'a.txt', 'b', 'b.txt'],
    { contents: { '/d/a.txt': 'a\n', '/d/b.txt': 'b\n' } },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'a file with an owner and a mode [08.19]',
    ['FROM scratch', 'COPY --chown=1:2 --chmod=700 <<x /x', 'a', 'x'],
    { entries: { '/x': { mode: 0o700, uid: 1, gid: 2 } } },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'an empty one [08.19]',
    ['FROM scratch', 'COPY <<x /x', 'x'],
    { contents: { '/x': '' } },
    { notOnDockerd: HEREDOC },
  ),
  behaviour(
    'ADD takes one too [08.19]',
    ['FROM scratch', 'ADD <<x /x', 'a', 'x'],
    { contents: { '/x': 'a\n' } },
    { notOnDockerd: HEREDOC },
  ),
  refused('one that nothing ends [08.20]', ['FROM busybox', 'RUN <<EOF', 'a'], /unterminated heredoc/, {
    notOnDockerd: HEREDOC,
  }),
  refused('an instruction that there is not [08.38]', ['FROM busybox', 'RNU a'], /unknown instruction: RNU/i),
  refused('the nearest is named [08.38]', ['FROM busybox', 'RNU a'], /did you mean RUN\?/, {
    notOnDockerd: FAULT,
  }),
  refused('a file of comments [08.38]', ['# a'], /file with no instructions/),
  refused(
    'an instruction before FROM [08.38]',
    ['RUN a', 'FROM busybox'],
    /no build stage in current context/,
  ),
  refused('an unknown flag [08.38]', ['FROM busybox', 'COPY --form=a b c'], /[Uu]nknown flag: (?:--)?form/),
  refused(
    'COPY without a destination [08.16]',
    ['FROM busybox', 'COPY a'],
    /COPY requires at least two arguments/,
  ),
  refused('a stage name that is none [08.01]', ['FROM busybox AS 1a'], /invalid name for build stage: "1a"/),
])

buildCases('stages', [
  behaviour(
    'a file of a stage by its name [08.17]',
    ['FROM busybox AS one', 'RUN echo a > /x', 'FROM scratch', 'COPY --from=one /x /y'],
    { contents: { '/y': 'a\n' }, layers: 1 },
  ),
  behaviour(
    'by its name in other letters [08.17]',
    ['FROM busybox AS One', 'RUN echo a > /x', 'FROM scratch', 'COPY --from=oNE /x /y'],
    { contents: { '/y': 'a\n' } },
  ),
  behaviour(
    'by its number [08.17]',
    ['FROM busybox', 'RUN echo a > /x', 'FROM scratch', 'COPY --from=0 /x /y'],
    { contents: { '/y': 'a\n' } },
  ),
  behaviour(
    'a folder of a stage [08.17]',
    ['FROM busybox AS one', 'RUN mkdir /d && echo a > /d/x', 'FROM scratch', 'COPY --from=one /d /e/'],
    { contents: { '/e/x': 'a\n' } },
  ),
  behaviour('a file of an image [08.18]', ['FROM scratch', 'COPY --from=busybox /etc/group /g'], {
    entries: { '/g': { type: 'file' } },
  }),
  behaviour(
    'a stage on a stage [08.39]',
    ['FROM busybox AS one', 'RUN echo a > /x', 'ENV e=1', 'FROM one AS two', 'RUN echo $e >> /x'],
    { contents: { '/x': 'a\n1\n' } },
  ),
  behaviour(
    'only what the last needs is built [08.39]',
    ['FROM busybox AS never', 'RUN exit 1', 'FROM busybox', 'RUN echo a > /x'],
    { contents: { '/x': 'a\n' } },
  ),
  behaviour(
    'the stage that is asked for [07.13]',
    ['FROM busybox AS one', 'RUN echo a > /x', 'FROM one', 'RUN exit 1'],
    { contents: { '/x': 'a\n' } },
    { flags: ['--target', 'one'] },
  ),
  behaviour(
    'a file copied from two stages [08.39]',
    [
      'FROM busybox AS a',
      'RUN echo a > /x',
      'FROM busybox AS b',
      'RUN echo b > /x',
      'FROM scratch',
      'COPY --from=a /x /a',
      'COPY --from=b /x /b',
    ],
    { contents: { '/a': 'a\n', '/b': 'b\n' }, layers: 2 },
  ),
  behaviour(
    'a stage’s owner and mode stay [08.17]',
    [
      'FROM busybox AS one',
      'RUN echo a > /x && chown 5:6 /x && chmod 4755 /x',
      'FROM scratch',
      'COPY --from=one /x /',
    ],
    { entries: { '/x': { uid: 5, gid: 6, mode: 0o4755 } } },
  ),
  behaviour(
    'a mount of a stage [09.03]',
    [
      'FROM busybox AS one',
      'RUN echo a > /x',
      'FROM busybox',
      'RUN --mount=type=bind,from=one,target=/m cat /m/x > /y',
    ],
    { contents: { '/y': 'a\n' }, absent: ['/m/x'] },
    { differs: mountPoint('/m') },
  ),
  behaviour(
    'a mount of the context [09.02]',
    ['FROM busybox', 'RUN --mount=type=bind,target=/m cat /m/f > /y'],
    { contents: { '/y': 'z\n' } },
    { differs: mountPoint('/m'), files: { f: 'z\n' } },
  ),
  behaviour(
    'a mount of memory [09.06]',
    ['FROM busybox', 'RUN --mount=type=tmpfs,target=/m echo a > /m/x && cp /m/x /y'],
    { contents: { '/y': 'a\n' }, absent: ['/m/x'] },
    { differs: mountPoint('/m') },
  ),
  behaviour(
    'a mount that stays from step to step [09.01]',
    [
      'FROM busybox',
      'RUN --mount=type=cache,target=/c,id=corpus echo a > /c/x',
      'RUN --mount=type=cache,target=/c,id=corpus cp /c/x /y',
    ],
    { contents: { '/y': 'a\n' }, absent: ['/c/x'] },
    { differs: { ...mountPoint('/c'), ...EMPTY_LAYER } },
  ),
  behaviour(
    'RUN without a network [08.04]',
    ['FROM busybox', 'RUN --network=none ip link | grep -c ^[0-9] > /n'],
    { contents: { '/n': '1\n' } },
    { notOnDockerd: '--network of RUN is newer than BuildKit 0.8' },
  ),
  behaviour('RUN removes a file of a layer below [05.01]', ['FROM busybox', 'RUN echo a > /x', 'RUN rm /x'], {
    absent: ['/x'],
    layers: 2,
  }),
  refused(
    'a stage that there is not [08.17]',
    ['FROM busybox AS one', 'RUN true', 'FROM scratch', 'COPY --from=two /x /y'],
    /two/,
  ),
  refused(
    'a target that there is not [07.13]',
    ['FROM busybox AS one', 'RUN true'],
    /target stage "?none"? could not be found|none/,
    { flags: ['--target', 'none'] },
  ),
  refused('a command that fails [08.04]', ['FROM busybox', 'RUN sh -c "exit 3"'], /exit code: 3/),
])
