import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { FileBlobStore } from '../store/file-blob-store.ts'
import { regionBytes } from './region-type.ts'
import { SnapshotAssembler } from './snapshot-assembler.ts'
import type { CapturedPages } from './snapshot-capture.ts'
import type { SnapshotManifest, SnapshotReference } from './snapshot-manifest.ts'
import type { SnapshotIdentity } from './snapshot-name.ts'

/** What a writer starts its worker with. */
export interface SnapshotWorkerData {
  readonly folder: string
  readonly prefix: string
  readonly base: SnapshotManifest | undefined
}

/** A capture to write; without one, memory for captures of the base is asked for. */
export interface SnapshotOrder {
  readonly captured?: CapturedPages
  readonly id?: SnapshotIdentity
}

/** The answer to an order. The buffer is the capture's, or a larger one in its place. */
export interface SnapshotAnswer {
  readonly buffer: ArrayBuffer
  readonly reference?: SnapshotReference
  readonly failure?: { readonly code: string; readonly message: string }
}

const port = parentPort as MessagePort
const { folder, prefix, base } = workerData as SnapshotWorkerData
const assembler = new SnapshotAssembler(new FileBlobStore(folder), prefix, base)

port.on('message', async ({ captured, id }: SnapshotOrder) => {
  const answer = captured === undefined ? memoryForBase() : await write(captured, id as SnapshotIdentity)
  port.postMessage(answer, [answer.buffer])
})

async function write(captured: CapturedPages, id: SnapshotIdentity): Promise<SnapshotAnswer> {
  try {
    const reference = await assembler.write(captured, id)
    return { reference, buffer: roomFor(captured.stateBytes, captured.buffer) }
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string }
    return { failure: { code: code ?? '', message }, buffer: captured.buffer }
  }
}

function memoryForBase(): SnapshotAnswer {
  let bytes = 0
  for (const { regions } of base?.parts ?? [])
    for (const { type, length } of regions) bytes += regionBytes(type, length)
  return { buffer: roomFor(bytes, new ArrayBuffer(0)) }
}

/**
 * Memory that any capture of such a state fits in, written to here, for the first write to a page of memory costs many
 * times a copy, and the task waits while it copies. What is there when there is no more to be had.
 */
function roomFor(stateBytes: number, buffer: ArrayBuffer): ArrayBuffer {
  if (buffer.byteLength >= stateBytes) return buffer
  try {
    const room = new ArrayBuffer(Math.ceil(stateBytes * 1.25))
    new Uint8Array(room).fill(1)
    return room
  } catch {
    return buffer
  }
}
