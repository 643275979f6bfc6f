/** Images: the list, the detail, pulling and removing. This: what a tag is made of, for display alone. */

/** `docker.io/library/nginx:1.27` as name and tag; names keep their registry unless it is Docker Hub's. */
export function splitTag(reference: string): { readonly name: string; readonly tag: string } {
  const slash = reference.lastIndexOf('/')
  const colon = reference.indexOf(':', slash + 1)
  const name = colon === -1 ? reference : reference.slice(0, colon)
  return {
    name: name.replace(/^docker\.io\/(library\/)?/, ''),
    tag: colon === -1 ? 'latest' : reference.slice(colon + 1),
  }
}

/** Twelve digits of an image's id. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12)
}

/** The instruction that made a layer, without the builder's shell around it. */
export function plainInstruction(createdBy: string): string {
  return createdBy
    .replace(/^\/bin\/sh -c #\(nop\)\s+/, '')
    .replace(/^RUN \/bin\/sh -c /, 'RUN ')
    .replace(/^\/bin\/sh -c /, 'RUN ')
    .replace(/\s*# buildkit$/, '')
    .replace(/^(ADD|COPY) (?:file|dir|multi):[0-9a-f]{64} in /, '$1 ')
    .replace(/\s+/g, ' ')
    .trim()
}
