/** Which state a snapshot holds: that of a task after transaction `seq`, as an incarnation of the task computed it. */
export interface SnapshotIdentity {
  readonly task: number
  readonly incarnation: number
  readonly seq: number
}

/** A name taken apart. */
export interface SnapshotName extends SnapshotIdentity {
  /** SHA-256 of the blob in lower-case hexadecimal. */
  readonly digest: string
  readonly kind: 'manifest' | 'pages'
}

/**
 * The name of a blob of a snapshot, `<prefix><task>-<incarnation>-<seq>-<digest>.<kind>`. No two writers ever want one name for
 * different bytes: incarnations differ, and within one the digest does.
 */
export function snapshotName(
  prefix: string,
  { task, incarnation, seq }: SnapshotIdentity,
  digest: string,
  kind: SnapshotName['kind'],
): string {
  return `${prefix}${task}-${incarnation}-${seq}-${digest}.${kind}`
}

/** What a name says; undefined when it isn't one that `snapshotName` gives with this prefix. */
export function parseSnapshotName(prefix: string, name: string): SnapshotName | undefined {
  if (!name.startsWith(prefix)) return undefined
  const match = /^(\d{1,15})-(\d{1,15})-(\d{1,15})-([0-9a-f]{64})\.(manifest|pages)$/.exec(name.slice(prefix.length))
  if (match === null) return undefined
  const [, task, incarnation, seq, digest, kind] = match
  return {
    task: Number(task),
    incarnation: Number(incarnation),
    seq: Number(seq),
    digest,
    kind: kind as SnapshotName['kind'],
  }
}
