/**
 * The partition of a key among `partitions`, as Kafka's own Java and kafkajs producers choose it: murmur2 of the key's
 * bytes, made positive, modulo. (librdkafka's default partitioner chooses otherwise.)
 */
export function partitionOfKey(bytes: Uint8Array, start: number, end: number, partitions: number): number {
  return partitions === 1 ? 0 : (murmur2(bytes, start, end) & 0x7fffffff) % partitions
}

/** MurmurHash2, 32 bits, with the seed that Kafka uses (Appleby 2008). */
function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  let hash = 0x9747b28c ^ length
  let i = start
  for (; i + 4 <= end; i += 4) {
    let k = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24)
    k = Math.imul(k, 0x5bd1e995)
    k ^= k >>> 24
    hash = Math.imul(hash, 0x5bd1e995) ^ Math.imul(k, 0x5bd1e995)
  }
  const left = end - i
  if (left === 3) hash ^= bytes[i + 2] << 16
  if (left >= 2) hash ^= bytes[i + 1] << 8
  if (left >= 1) hash = Math.imul(hash ^ bytes[i], 0x5bd1e995)
  hash = Math.imul(hash ^ (hash >>> 13), 0x5bd1e995)
  return hash ^ (hash >>> 15)
}
