/** Records of images and their names. A name belongs to one image: that is a unique index, not a rule to remember. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Digest, Manifest } from '../../oci/descriptor.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import type { ImageRecord, ImageRecords } from '../../store/store.ts'
import { transaction } from './database.ts'

/** Tables of images, for `openDatabase`. */
export const IMAGES_SCHEMA = `
  CREATE TABLE IF NOT EXISTS images (
    id TEXT PRIMARY KEY, manifest_digest TEXT NOT NULL, manifest TEXT NOT NULL, config TEXT NOT NULL,
    size_bytes INTEGER NOT NULL, added_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS image_references (
    name TEXT PRIMARY KEY, image TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX IF NOT EXISTS image_references_image ON image_references (image);
  CREATE TABLE IF NOT EXISTS image_digests (
    name TEXT NOT NULL, image TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE, PRIMARY KEY (name, image)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS image_digests_image ON image_digests (image);
  CREATE TABLE IF NOT EXISTS image_parents (
    image TEXT PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE, parent TEXT NOT NULL
  ) STRICT;
`

/** Images in the engine's database, with a copy in memory: this process is the only writer. */
export class SqliteImageRecords implements ImageRecords {
  readonly #db: DatabaseSync
  readonly #images = new Map<Digest, ImageRecord>()
  readonly #statements: Readonly<
    Record<'put' | 'unname' | 'name' | 'undigest' | 'digest' | 'parent' | 'remove', StatementSync>
  >

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#statements = {
      put: db.prepare(
        'INSERT INTO images (id, manifest_digest, manifest, config, size_bytes, added_at) VALUES (?, ?, ?, ?, ?, ?) ' +
          'ON CONFLICT (id) DO UPDATE SET manifest_digest = excluded.manifest_digest, manifest = excluded.manifest, ' +
          'config = excluded.config, size_bytes = excluded.size_bytes',
      ),
      unname: db.prepare('DELETE FROM image_references WHERE image = ?'),
      name: db.prepare('INSERT OR REPLACE INTO image_references (name, image) VALUES (?, ?)'),
      undigest: db.prepare('DELETE FROM image_digests WHERE image = ?'),
      digest: db.prepare('INSERT INTO image_digests (name, image) VALUES (?, ?)'),
      parent: db.prepare('INSERT OR REPLACE INTO image_parents (image, parent) VALUES (?, ?)'),
      remove: db.prepare('DELETE FROM images WHERE id = ?'),
    }
    this.#load()
  }

  all(): readonly ImageRecord[] {
    return [...this.#images.values()]
  }

  get(id: Digest): ImageRecord | undefined {
    return this.#images.get(id)
  }

  /** A name that another image has moves to this one. */
  put(image: ImageRecord): void {
    const { put, unname, name, undigest, digest, parent } = this.#statements
    transaction(this.#db, () => {
      put.run(
        image.id,
        image.manifestDigest,
        JSON.stringify(image.manifest),
        JSON.stringify(image.config),
        image.sizeBytes,
        image.addedAt.getTime(),
      )
      unname.run(image.id)
      for (const reference of image.references) name.run(reference, image.id)
      undigest.run(image.id)
      for (const repoDigest of image.repoDigests) digest.run(repoDigest, image.id)
      if (image.parent !== undefined) parent.run(image.id, image.parent)
    })
    for (const other of this.#images.values()) {
      if (
        other.id === image.id ||
        !other.references.some((reference) => image.references.includes(reference))
      )
        continue
      const references = other.references.filter((reference) => !image.references.includes(reference))
      this.#images.set(other.id, { ...other, references })
    }
    this.#images.set(image.id, image)
  }

  remove(id: Digest): void {
    this.#statements.remove.run(id)
    this.#images.delete(id)
  }

  #load(): void {
    const references = this.#names('SELECT name, image FROM image_references ORDER BY rowid')
    const digests = this.#names('SELECT name, image FROM image_digests ORDER BY rowid')
    const query =
      'SELECT images.*, parent FROM images LEFT JOIN image_parents ON image = images.id ORDER BY added_at'
    for (const row of this.#db.prepare(query).all()) {
      const id = row.id as Digest
      this.#images.set(id, {
        id,
        manifestDigest: row.manifest_digest as Digest,
        manifest: JSON.parse(row.manifest as string) as Manifest,
        config: JSON.parse(row.config as string) as ImageConfig,
        sizeBytes: row.size_bytes as number,
        references: references.get(id) ?? [],
        repoDigests: digests.get(id) ?? [],
        addedAt: new Date(row.added_at as number),
        ...(row.parent === null ? {} : { parent: row.parent as Digest }),
      })
    }
  }

  #names(query: string): Map<Digest, string[]> {
    const names = new Map<Digest, string[]>()
    for (const { name, image } of this.#db.prepare(query).all() as { name: string; image: Digest }[]) {
      names.set(image, [...(names.get(image) ?? []), name])
    }
    return names
  }
}
