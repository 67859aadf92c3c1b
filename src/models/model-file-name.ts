/** A name of a model file taken apart. */
export interface ModelFileName {
  readonly incarnation: number
  readonly version: string
  /** SHA-256 of the file in lower-case hexadecimal. */
  readonly digest: string
}

/**
 * The name of the blob that holds a model file, `<stream>-<task>-<incarnation>-<version>-<digest>.model`: so no two starts
 * of a task ever write the same blob, and whoever collects sees whose it is.
 */
export function modelFileName(stream: string, task: number, { incarnation, version, digest }: ModelFileName): string {
  return `${stream}-${task}-${incarnation}-${version}-${digest}.model`
}

/** What a name says; undefined when it isn't one that `modelFileName` gives for this task. */
export function parseModelFileName(stream: string, task: number, name: string): ModelFileName | undefined {
  const prefix = `${stream}-${task}-`
  if (!name.startsWith(prefix)) return undefined
  const match = /^(\d{1,15})-(v[\d.]+(?:-c[\d.]+)?)-([0-9a-f]{64})\.model$/.exec(name.slice(prefix.length))
  return match === null ? undefined : { incarnation: Number(match[1]), version: match[2], digest: match[3] }
}
