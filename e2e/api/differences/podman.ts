/** Podman 4.3 through its Docker-compatible socket. */
export const PODMAN: Readonly<Record<string, string>> = {}
