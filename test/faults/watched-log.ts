import type { Log, LogReader, TransactionalProducer } from '../../src/log/log.ts'
import type { BlobStore } from '../../src/store/store.ts'
import type { OutsideCall } from '../../src/testing/memory-process.ts'

/** Told before and after each call of a task to what is outside of it. */
export type Watch = (phase: 'before' | 'after', call: OutsideCall, place: string) => void

async function watched<R>(watch: Watch, call: OutsideCall, place: string, action: () => Promise<R>): Promise<R> {
  watch('before', call, place)
  const result = await action()
  watch('after', call, place)
  return result
}

/** A log that tells of each call. */
export function watchedLog(log: Log, watch: Watch): Log {
  const nameOf = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}/${partition}`
  return {
    createTopic: (name, options) => log.createTopic(name, options),
    topics: () => log.topics(),
    deleteTopic: (name) => log.deleteTopic(name),
    bounds: (place) => watched(watch, 'bounds', nameOf(place), () => log.bounds(place)),
    offsetAt: (place, timestampMs) => log.offsetAt(place, timestampMs),
    deleteBefore: (place, offset) => watched(watch, 'trim', nameOf(place), () => log.deleteBefore(place, offset)),
    reader: async (from) => watchedReader(await log.reader(from), from.map(nameOf).join(), watch),
    transactionalProducer: async (id) =>
      watchedProducer(await watched(watch, 'fence', id, () => log.transactionalProducer(id)), id, watch),
    append: (batches) => log.append(batches),
    close: () => log.close(),
  }
}

/** A store that tells of each call. */
export function watchedBlobs(blobs: BlobStore, watch: Watch): BlobStore {
  return {
    put: (name, bytes) => watched(watch, 'put', name, () => blobs.put(name, bytes)),
    get: (name) => watched(watch, 'get', name, () => blobs.get(name)),
    list: (prefix) => watched(watch, 'list', prefix, () => blobs.list(prefix)),
    delete: (name) => watched(watch, 'delete', name, () => blobs.delete(name)),
    close: () => blobs.close(),
  }
}

function watchedReader(reader: LogReader, place: string, watch: Watch): LogReader {
  return {
    poll: (maxBytes, maxWaitMs) => watched(watch, 'poll', place, () => reader.poll(maxBytes, maxWaitMs)),
    position: (index) => reader.position(index),
    readableEnd: (index) => reader.readableEnd(index),
    seek: (index, offset) => reader.seek(index, offset),
    pause: (index) => reader.pause(index),
    resume: (index) => reader.resume(index),
    close: () => reader.close(),
  }
}

function watchedProducer(producer: TransactionalProducer, id: string, watch: Watch): TransactionalProducer {
  return {
    send: (batches) => watched(watch, 'send', id, () => producer.send(batches)),
    commit: () => watched(watch, 'commit', id, () => producer.commit()),
    abort: () => producer.abort(),
    close: () => producer.close(),
  }
}
