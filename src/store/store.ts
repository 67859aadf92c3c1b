/**
 * Immutable blobs by name: a blob, once put, never changes, and is either whole or not there. Names are 1 to 200 letters,
 * digits and . _ @ = + - in parts between single slashes (MILLRACE_STORE_NAME).
 */
export interface BlobStore {
  /**
   * Durable when it resolves; `bytes` must not change before. Putting the same name and bytes again is no error, other
   * bytes are: MILLRACE_STORE_BLOB_EXISTS.
   */
  put(name: string, bytes: Uint8Array): Promise<void>
  /** Undefined when there is none of that name. */
  get(name: string): Promise<Uint8Array | undefined>
  /** Names that begin with `prefix`, sorted. */
  list(prefix: string): Promise<readonly string[]>
  /** No error when it isn't there. */
  delete(name: string): Promise<void>
  /** Every later call throws MILLRACE_STORE_CLOSED. */
  close(): Promise<void>
}

/** Small records by key, last write wins: aliases, schemas, projections. Keys are as the names of blobs are. */
export interface RecordStore {
  get(key: string): Promise<Uint8Array | undefined>
  /** Durable when it resolves. */
  put(key: string, value: Uint8Array): Promise<void>
  delete(key: string): Promise<void>
  /** Keys that begin with `prefix`, sorted. */
  list(prefix: string): Promise<readonly string[]>
  /** Every later call throws MILLRACE_STORE_CLOSED. */
  close(): Promise<void>
}
