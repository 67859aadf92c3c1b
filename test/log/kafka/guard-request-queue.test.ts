import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { guardRequestQueue } from '../../../src/log/kafka/guard-request-queue.ts'
import { type KafkajsRequestQueue, kafkajsInternals } from '../../../src/log/kafka/kafkajs-internals.ts'

interface Queue extends KafkajsRequestQueue {
  push(request: object): void
  maybeThrottle(ms: number): void
}

function makeQueue(): Queue {
  const RequestQueue = kafkajsInternals.RequestQueue as unknown as new (options: object) => Queue
  const logger = { debug: () => {}, warn: () => {} }
  return new RequestQueue({ maxInFlightRequests: null, requestTimeout: 1000, enforceRequestTimeout: false, logger })
}

test('a queue without requests sets no timer: kafkajs would set one of a negative delay, again and again', async () => {
  guardRequestQueue()
  const warnings: string[] = []
  const listen = (warning: Error) => warnings.push(warning.name)
  process.on('warning', listen)
  const queue = makeQueue()
  queue.checkPendingRequests()
  expect(queue.throttleCheckTimeoutId).toBeNull()
  await sleep(5)
  process.off('warning', listen)
  expect(warnings).toEqual([])
})

test('a throttled request is sent once its time has come', async () => {
  guardRequestQueue()
  const queue = makeQueue()
  queue.maybeThrottle(20)
  const begun = Date.now()
  let sent = 0
  const sending = new Promise<void>((resolve) => {
    queue.push({
      entry: { correlationId: 1, resolve: () => {}, reject: () => {} },
      expectResponse: false,
      sendRequest: () => {
        sent = Date.now()
        resolve()
      },
    })
  })
  expect(queue.throttleCheckTimeoutId).not.toBeNull()
  await sending
  expect(sent - begun).toBeGreaterThanOrEqual(19)
})
