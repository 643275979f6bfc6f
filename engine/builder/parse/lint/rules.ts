/** One of BuildKit's build checks. */
export interface Rule {
  readonly name: string
  readonly description: string
  /** Off until `# check=experimental=` names it. */
  readonly experimental: boolean
}

const rule = (name: string, description: string, experimental = false): Rule => ({
  name,
  description,
  experimental,
})

/** The checks, also those that only a build can make. */
export const RULES: readonly Rule[] = [
  rule('StageNameCasing', 'Names of stages are in lower case'),
  rule('FromAsCasing', 'FROM and AS are both in capitals or both not'),
  rule('NoEmptyContinuation', 'No line within a continued instruction is blank'),
  rule('ConsistentInstructionCasing', 'All instructions are in capitals, or none is'),
  rule('DuplicateStageName', 'No two stages have one name'),
  rule('ReservedStageName', 'No stage is called scratch or context'),
  rule(
    'JSONArgsRecommended',
    'CMD and ENTRYPOINT in JSON form get signals; in shell form the shell gets them',
  ),
  rule('MaintainerDeprecated', 'MAINTAINER is a label now'),
  rule('UndefinedArgInFrom', 'FROM uses only arguments that are declared before the first FROM'),
  rule('WorkdirRelativePath', 'The first WORKDIR of a stage is absolute'),
  rule('UndefinedVar', 'Variables are declared before they are used'),
  rule(
    'MultipleInstructionsDisallowed',
    'CMD, ENTRYPOINT and HEALTHCHECK stand once in a stage: the last counts',
  ),
  rule('LegacyKeyValueFormat', 'ENV and LABEL are written name=value'),
  rule('RedundantTargetPlatform', 'FROM builds for the target platform without being told'),
  rule('SecretsUsedInArgOrEnv', 'Secrets are mounted: ARG and ENV leave them in the image'),
  rule('InvalidDefaultArgInFrom', 'Default values make a FROM that can be built'),
  rule('FromPlatformFlagConstDisallowed', 'The platform of FROM is not fixed in the file'),
  rule('CopyIgnoredFile', 'COPY and ADD name no file that the ignore file leaves out'),
  rule('InvalidDefinitionDescription', 'A comment above a stage or argument describes it by name', true),
  rule('InvalidBaseImagePlatform', 'The base image is of the platform that is built for'),
  rule('ExposeProtoCasing', 'Protocols of EXPOSE are in lower case'),
  rule('ExposeInvalidFormat', 'EXPOSE names ports of the container: no address, no port of the host'),
]

/** The page of Docker's documentation about a rule. */
export function ruleUrl(name: string): string {
  const path = name.replace(/([a-z])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3-$2$4').toLowerCase()
  return `https://docs.docker.com/go/dockerfile/rule/${path}/`
}
