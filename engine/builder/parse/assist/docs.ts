/** What the editor says about instructions and their flags. */

/** An instruction in the editor's words. */
export interface InstructionDoc {
  /** How it is written. */
  readonly forms: readonly string[]
  readonly text: string
  readonly flags: Readonly<Record<string, FlagDoc>>
}

/** A flag; `value` is shown for what follows `=`, null for a switch. */
export interface FlagDoc {
  readonly value: string | null
  readonly text: string
  /** May stand several times. */
  readonly many?: boolean
}

const COPY_FLAGS: Readonly<Record<string, FlagDoc>> = {
  chown: {
    value: 'user:group',
    text: 'Owner of what is copied; names are looked up in the image. Root without it.',
  },
  chmod: { value: '644', text: 'Mode of what is copied, in octal digits or as `u=rwX,go=rX`.' },
  link: {
    value: null,
    text: 'Puts the files in a layer that does not depend on those below: it stays cached when the base changes. Links below the destination are not followed.',
  },
  exclude: { value: 'pattern', text: 'Leaves out what the pattern matches.', many: true },
}

/** By name, in capitals. */
export const INSTRUCTION_DOCS: Readonly<Record<string, InstructionDoc>> = {
  FROM: {
    forms: ['FROM [--platform=platform] image[:tag|@digest] [AS name]'],
    text: 'Begins a stage on an image, on an earlier stage, or on nothing (`scratch`). Only ARG may stand before the first one.',
    flags: {
      platform: {
        value: '$BUILDPLATFORM',
        text: 'Platform of the image; that which is built for without it.',
      },
    },
  },
  RUN: {
    forms: ['RUN [flags] command', 'RUN [flags] ["program", "argument"]', 'RUN [flags] <<EOF'],
    text: 'Runs a command in the stage and keeps the files that it changes as a layer. Without brackets the shell runs it.',
    flags: {
      mount: {
        value: 'type=cache,target=/path',
        text: 'Shows the command something that is no part of the layer: a cache, files of the context or a stage, a secret, an ssh agent, or memory.',
        many: true,
      },
      network: {
        value: 'none',
        text: '`default`, `none` for no network, or `host` for that of the machine (must be allowed).',
      },
      security: {
        value: 'insecure',
        text: '`sandbox`, or `insecure` for all capabilities (must be allowed).',
      },
      device: {
        value: 'vendor/class=name',
        text: 'Gives the command a device of the machine (CDI).',
        many: true,
      },
    },
  },
  COPY: {
    forms: [
      'COPY [flags] source... destination',
      'COPY [flags] ["source", "destination"]',
      'COPY <<EOF destination',
    ],
    text: 'Copies files and folders of the context, or of a stage or image with `--from`. A folder gives what is in it. A destination that ends in `/` is a folder.',
    flags: {
      from: {
        value: 'stage',
        text: 'Copies from a stage, an image, or a named context, not from the context.',
      },
      ...COPY_FLAGS,
      parents: {
        value: null,
        text: 'Keeps the folders of the sources; `/./` in a source marks where they begin.',
      },
    },
  },
  ADD: {
    forms: ['ADD [flags] source... destination', 'ADD [flags] ["source", "destination"]'],
    text: 'Like COPY, and takes URLs and git repositories too. A local archive is unpacked.',
    flags: {
      ...COPY_FLAGS,
      checksum: { value: 'sha256:', text: 'What the download must be, else the build fails.' },
      'keep-git-dir': { value: null, text: 'Keeps `.git` of a repository.' },
      unpack: {
        value: 'false',
        text: 'Whether an archive is unpacked: local ones are without it, downloads are not.',
      },
    },
  },
  ENV: {
    forms: ['ENV NAME=value ...'],
    text: 'Sets variables for the instructions that follow, and for containers of the image.',
    flags: {},
  },
  ARG: {
    forms: ['ARG NAME[=default] ...'],
    text: 'Declares what a build may be given with `--build-arg`. It counts from here to the end of the stage, and is not in the image. No place for secrets: history shows it.',
    flags: {},
  },
  LABEL: {
    forms: ['LABEL name=value ...'],
    text: 'Notes about the image, for people and programs.',
    flags: {},
  },
  WORKDIR: {
    forms: ['WORKDIR /path'],
    text: 'The folder that RUN, CMD, ENTRYPOINT, COPY and ADD start from. It is made where it is missing; a relative one is below the last.',
    flags: {},
  },
  USER: {
    forms: ['USER name[:group]', 'USER uid[:gid]'],
    text: 'Who RUN, CMD and ENTRYPOINT are run as. COPY and ADD do not follow it: use `--chown`.',
    flags: {},
  },
  CMD: {
    forms: ['CMD ["program", "argument"]', 'CMD ["argument for ENTRYPOINT"]', 'CMD command'],
    text: 'What a container runs unless told otherwise. The last one of a stage counts. In brackets it gets signals itself.',
    flags: {},
  },
  ENTRYPOINT: {
    forms: ['ENTRYPOINT ["program", "argument"]', 'ENTRYPOINT command'],
    text: 'The program of the image: CMD and the arguments of `docker run` are put behind it. In shell form it takes none.',
    flags: {},
  },
  SHELL: {
    forms: ['SHELL ["/bin/bash", "-o", "pipefail", "-c"]'],
    text: 'What runs commands in shell form from here on.',
    flags: {},
  },
  EXPOSE: {
    forms: ['EXPOSE port[/protocol] ...'],
    text: 'Tells at which ports the image listens. `docker run -P` publishes them; nothing else does.',
    flags: {},
  },
  VOLUME: {
    forms: ['VOLUME /path ...', 'VOLUME ["/path"]'],
    text: 'Folders that every container gets as volumes of their own, with what the image has there.',
    flags: {},
  },
  STOPSIGNAL: {
    forms: ['STOPSIGNAL SIGTERM'],
    text: 'The signal by which a container is asked to stop.',
    flags: {},
  },
  HEALTHCHECK: {
    forms: ['HEALTHCHECK [flags] CMD command', 'HEALTHCHECK NONE'],
    text: 'A command that tells whether a container works: 0 is healthy, 1 is not. NONE takes away that of the base.',
    flags: {
      interval: { value: '30s', text: 'Time between two checks; 30s without it.' },
      timeout: { value: '30s', text: 'When a check counts as failed; 30s without it.' },
      'start-period': { value: '0s', text: 'Time in which failures do not count.' },
      'start-interval': { value: '5s', text: 'Time between checks in the start period; 5s without it.' },
      retries: { value: '3', text: 'Failures in a row that make it unhealthy; 3 without it.' },
    },
  },
  ONBUILD: {
    forms: ['ONBUILD instruction'],
    text: 'Keeps an instruction for builds on this image: it runs right after their FROM.',
    flags: {},
  },
  MAINTAINER: {
    forms: ['MAINTAINER name'],
    text: 'Author of the image. Out of use: `LABEL org.opencontainers.image.authors=` says the same.',
    flags: {},
  },
}

/** Parser directives. */
export const DIRECTIVE_DOCS: Readonly<Record<string, string>> = {
  syntax:
    'The version of the Dockerfile language, as `docker/dockerfile:1`. Longshore reads all of it itself.',
  escape: 'The character that escapes and continues lines: a backslash, or a backquote for Windows paths.',
  check: 'Build checks: `skip=RuleA,RuleB` leaves some out, `error=true` makes the build fail on them.',
}
