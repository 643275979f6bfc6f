/** dockerd 20.10 speaks API 1.41: what came later is tested on Longshore alone, by the words of the API's own reference. */
export const DOCKERD: Readonly<Record<string, string>> = {
  'skopeo > reads the very manifest that was pulled after a push':
    'dockerd unpacks a layer and compresses it anew, so the manifest that it pushes is another',
}
