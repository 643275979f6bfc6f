/** dockerd 20.10 speaks API 1.41: what came later is tested on Longshore alone, by the words of the API's own reference. */
export const DOCKERD: Readonly<Record<string, string>> = {}
