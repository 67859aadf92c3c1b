import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { FileBlobStore } from '../store/file-blob-store.ts'
import { SnapshotAssembler, type WrittenSnapshot } from './snapshot-assembler.ts'
import type { CapturedPages } from './snapshot-capture.ts'
import type { SnapshotManifest } from './snapshot-manifest.ts'
import type { SnapshotIdentity } from './snapshot-name.ts'

/** What a writer starts its worker with. */
export interface SnapshotWorkerData {
  readonly folder: string
  readonly prefix: string
  readonly base: SnapshotManifest | undefined
}

/** A capture to write, or memory for captures of a state of so many bytes. */
export type SnapshotOrder =
  | { readonly captured: CapturedPages; readonly id: SnapshotIdentity }
  | { readonly stateBytes: number }

/** The answer to an order. The buffer is the capture's, or a larger one in its place. */
export interface SnapshotAnswer {
  readonly buffer: ArrayBuffer
  readonly written?: WrittenSnapshot
  /** CPU time of the thread that made it, ms. */
  readonly cpuMs?: number
  readonly failure?: { readonly code: string; readonly message: string }
}

const port = parentPort as MessagePort
const { folder, prefix, base } = workerData as SnapshotWorkerData
const assembler = new SnapshotAssembler(new FileBlobStore(folder), prefix, base)

port.on('message', async (order: SnapshotOrder) => {
  const answer =
    'captured' in order
      ? await write(order.captured, order.id)
      : { buffer: roomFor(order.stateBytes, new ArrayBuffer(0)) }
  port.postMessage(answer, [answer.buffer])
})

async function write(captured: CapturedPages, id: SnapshotIdentity): Promise<SnapshotAnswer> {
  try {
    const before = process.threadCpuUsage()
    const written = await assembler.write(captured, id)
    const { user, system } = process.threadCpuUsage(before)
    return { written, cpuMs: (user + system) / 1000, buffer: roomFor(captured.stateBytes, captured.buffer) }
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string }
    return { failure: { code: code ?? '', message }, buffer: captured.buffer }
  }
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
