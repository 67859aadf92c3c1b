import { beforeEach, inject } from 'vitest'

// Said once, when the broker could not be started.
beforeEach(({ skip }) => {
  if (inject('kafka') === '') skip('no Kafka here')
})
