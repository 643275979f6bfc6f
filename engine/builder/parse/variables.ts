/** Arguments that a build gives a value without being asked (Dockerfile reference, "Automatic platform ARGs"). */
export const PLATFORM_ARGUMENTS: readonly string[] = [
  'TARGETPLATFORM',
  'TARGETOS',
  'TARGETARCH',
  'TARGETVARIANT',
  'BUILDPLATFORM',
  'BUILDOS',
  'BUILDARCH',
  'BUILDVARIANT',
  'TARGETSTAGE',
]

/** Arguments that RUN sees without ARG, and that neither history nor cache keys hold ("Predefined ARGs"). */
export const PROXY_ARGUMENTS: readonly string[] = ['HTTP', 'HTTPS', 'FTP', 'NO', 'ALL'].flatMap((name) => [
  `${name}_PROXY`,
  `${name.toLowerCase()}_proxy`,
])
