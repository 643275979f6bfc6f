/** Podman 4.3 through its Docker-compatible socket. */
export const PODMAN: Readonly<Record<string, string>> = {
  'disk usage > images, containers and volumes with their bytes':
    'podman tells no size of all layers together',
  'disk usage > layers that images share are counted once': 'podman tells no size of all layers together',
  'disk usage > of chosen types alone, since API 1.42': 'API 1.42',
  'disk usage > a builder without a cache has nothing to prune': 'podman has no such call',
  'api versions > 1.42 to 1.51 are spoken, with what changed in them': 'API 1.42',
  'api versions > /v1.99 is refused': 'podman takes any version',
  'api versions > /v2.0 is refused': 'podman has an API of its own there',
  'api versions > /v0.9 is refused': 'podman takes any version',
  'system > /info says what the host can hold': 'podman names its runtime otherwise',
}
