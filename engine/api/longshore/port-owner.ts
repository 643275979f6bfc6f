/** Who holds a port of the host: answer of GET /longshore/v1/ports/{port}/{protocol}. */

export type PortHolder =
  | { readonly kind: 'free' }
  | { readonly kind: 'container'; readonly id: string; readonly name: string }
  | { readonly kind: 'process'; readonly pid: number; readonly program: string }
  /** Something listens, and who it is cannot be seen. */
  | { readonly kind: 'unknown' }
