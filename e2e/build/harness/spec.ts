/**
 * What the tests of building stand on: a Dockerfile and files given inline are built on an engine through one of its
 * doors, and the image that comes of it is looked at from outside. Nothing here imports the product's source.
 *
 * This file: what a build is given.
 */

/** One thing of a build context. Text and bytes alone are a file of mode 0644. */
export type FileSpec =
  | string
  | Uint8Array
  | { readonly kind: 'folder'; readonly mode?: number }
  | { readonly kind: 'symlink'; readonly target: string }
  /** `target` is another file of the context, by its path there. */
  | { readonly kind: 'hardlink'; readonly target: string }
  | {
      readonly kind: 'file'
      readonly content: string | Uint8Array
      readonly mode?: number
      readonly uid?: number
      readonly gid?: number
      /** Seconds since 1970. */
      readonly mtime?: number
      readonly xattrs?: Readonly<Record<string, string>>
    }

/** Path below the context -> what is there. Folders above are made. */
export type Files = Readonly<Record<string, FileSpec>>

/** One build, in the words of `docker build`. */
export interface BuildSpec {
  /** Goes into the context as `Dockerfile`; left out where `files` or a flag has one. */
  readonly dockerfile?: string
  readonly files?: Files
  /** As `docker build` takes them; `{folder}` stands for a folder beside the context that the test may look into. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What is built; the context's folder unless told. `-` reads `stdin`. */
  readonly path?: string
  readonly stdin?: string | Uint8Array
}
