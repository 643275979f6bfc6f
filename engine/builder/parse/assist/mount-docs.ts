/** What the editor says about `RUN --mount`. */

/** Kinds of mounts, with the keys that each takes. */
export const MOUNT_DOCS: Readonly<
  Record<string, { readonly text: string; readonly keys: readonly string[] }>
> = {
  bind: {
    text: 'Files of the context, a stage or an image, to be read; what is written is thrown away.',
    keys: ['target', 'source', 'from', 'rw'],
  },
  cache: {
    text: 'A folder that stays from build to build, for compilers and package managers.',
    keys: ['target', 'id', 'sharing', 'from', 'source', 'mode', 'uid', 'gid', 'ro'],
  },
  tmpfs: { text: 'An empty folder in memory.', keys: ['target', 'size'] },
  secret: {
    text: 'A file that `--secret` gives, at `/run/secrets/id` or as a variable. It is in no layer and no key.',
    keys: ['id', 'target', 'env', 'required', 'mode', 'uid', 'gid'],
  },
  ssh: {
    text: 'The ssh agent that `--ssh` gives.',
    keys: ['id', 'target', 'required', 'mode', 'uid', 'gid'],
  },
}

/** Keys of all mounts. */
export const MOUNT_KEY_DOCS: Readonly<Record<string, string>> = {
  type: 'What is mounted: bind, cache, tmpfs, secret or ssh.',
  target: 'Where the command sees it. Relative to WORKDIR.',
  source: 'Which file or folder of it; the whole without.',
  from: 'A stage, an image or a named context; the context without.',
  rw: 'The command may write; what it writes is thrown away.',
  ro: 'The command may not write.',
  id: 'Its name. Two mounts of one name are the same cache, secret or agent.',
  sharing:
    '`shared` by builds at once, `private` for a new one while it is used, or `locked`: wait for the other.',
  mode: 'Mode in octal digits.',
  uid: 'Number of the user that owns it.',
  gid: 'Number of the group that owns it.',
  size: 'How much memory it may take, as 64m.',
  env: 'Name of the variable that holds the secret.',
  required: 'The build fails where it is not given.',
}
