/** Dockerfiles and changes to them that the tests of the parser start from. The changes are the same each time. */

/** Files by what is in them. */
export const SEEDS: readonly (readonly [title: string, text: string])[] = [
  [
    'several stages',
    [
      '# syntax=docker/dockerfile:1',
      'ARG GO=1.22',
      'FROM --platform=$BUILDPLATFORM golang:${GO} AS build',
      'WORKDIR /src',
      'COPY --link go.mod go.sum ./',
      'RUN --mount=type=cache,target=/root/.cache --mount=type=bind,source=.,target=/src go build -o /out .',
      '',
      '# what runs',
      'FROM scratch',
      'COPY --from=build --chown=1:1 /out /app',
      'ENTRYPOINT ["/app", "-v"]',
    ].join('\n'),
  ],
  [
    'long commands',
    [
      'FROM debian',
      'ENV A=1 B="two words" \\',
      '    C=three\\ words',
      'RUN apt-get update \\',
      '  && apt-get install -y --no-install-recommends \\',
      '       curl \\',
      '  # certificates',
      '       ca-certificates \\',
      '  && echo "a   b" > /x \\',
      "  && sed -i 's/a  b/c/' /x",
      'CMD curl -f http://x/ || exit 1',
    ].join('\n'),
  ],
  [
    'heredocs',
    [
      'FROM alpine',
      'RUN <<EOF',
      'echo   "hello"',
      '  indented \\',
      'EOF',
      'COPY <<-a.txt <<"b c" /etc/',
      '\tone',
      '\ta.txt',
      '$two',
      'b c',
      'RUN cat <<A > /x && cat <<B',
      'a',
      'A',
      'b',
      'B',
      'ONBUILD RUN <<E',
      'x',
      'E',
    ].join('\n'),
  ],
  [
    'settings',
    [
      'from alpine as Base',
      'label a="b c" d.e=f',
      'label old  value of it',
      'expose 80 443/tcp 53/udp',
      'volume ["/data", "/b c"]',
      'volume /x   /y',
      'user 1000:1000',
      'workdir /a  b',
      'stopsignal SIGTERM',
      'shell ["/bin/sh", "-ec"]',
      'healthcheck --interval=5s   --retries=3 cmd curl x',
      'onbuild add --chmod=644 a  b',
      'maintainer me  <me@x>',
    ].join('\n'),
  ],
  [
    'backquotes as escapes',
    [
      '# escape=`',
      '',
      'FROM win',
      'COPY a `',
      '  c:\\dir\\',
      'RUN dir `',
      '   c:\\',
      'ENV x="a`"b" y=c',
    ].join('\n'),
  ],
  ['DOS line ends', 'FROM a\r\nRUN b \\\r\n  c\r\n\r\n# d\r\nCOPY <<E /x\r\nf\r\nE\r\nCMD ["g"]\r\n'],
  [
    'expansions',
    'FROM a\nARG v=${w:-x}\nENV p=${v#*/} q=\'$v\' r=\\$v\nCOPY ${v/a/b} "$v" /x/\nUSER ${v:?no}\n',
  ],
  ['faults', 'FORM a\nRUN\nFROM b AS\nCOPY x\nFROM c\nENV\nRUN --mount=type=x y\nCOPY <<E /\nopen\n'],
]

/** `count` texts, each with up to four changes of `change` one after the other. */
export function* mutations(
  text: string,
  count: number,
  change: (text: string, at: number, pick: (count: number) => number) => string,
): Generator<string> {
  const pick = random(text.length)
  for (let i = 0; i < count; i++) {
    let changed = text
    for (let left = 1 + pick(4); left > 0; left--) changed = change(changed, pick(changed.length + 1), pick)
    yield changed
  }
}

/** Numbers below a bound; a linear congruence, so that a failure comes again. */
function random(seed: number): (bound: number) => number {
  let state = seed >>> 0
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
}
