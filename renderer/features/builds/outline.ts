/** Names that a Dockerfile gives, for proposals: what it means is the parser's to say. Pure. */
export interface Outline {
  readonly stages: readonly string[]
  readonly args: readonly string[]
}

export function outlineOf(dockerfile: string): Outline {
  const stages = [...dockerfile.matchAll(/^[ \t]*FROM[ \t]+.*[ \t]AS[ \t]+(\S+)/gim)].map(
    ([, name = '']) => name,
  )
  const args = [...dockerfile.matchAll(/^[ \t]*ARG[ \t]+([A-Za-z_]\w*)/gim)].map(([, name = '']) => name)
  return { stages: [...new Set(stages)], args: [...new Set(args)] }
}
