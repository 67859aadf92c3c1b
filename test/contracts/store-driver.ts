/** A store under test, empty when opened. */
export interface OpenedStore<Store> {
  store: Store
  /** Closes `store` and opens it anew: what was put must still be there. */
  reopen(): Promise<void>
  dispose(): Promise<void>
}

export interface StoreDriver<Store> {
  readonly name: string
  open(): Promise<OpenedStore<Store>>
}

/** One promise of a contract: throws where the store under test breaks it. */
export interface StoreCase<Store> {
  readonly name: string
  check(opened: OpenedStore<Store>): Promise<void>
}

export async function runStoreCase<Store>(one: StoreCase<Store>, driver: StoreDriver<Store>): Promise<void> {
  const opened = await driver.open()
  try {
    await one.check(opened)
  } finally {
    await opened.dispose()
  }
}

export const badNames = [
  '',
  '/',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  '../a',
  'a/../b',
  'a/./b',
  'a b',
  'a:b',
  'a~b',
  '#a',
  'ä',
  'a\0',
  'a\\b',
  'x'.repeat(201),
]
export const goodNames = ['a', 'a.b', 'a/b', 'a/b/c-d_e', '.a', 'a..b', 'A_b@c=d+e', 'x'.repeat(200), 'a/..b']
