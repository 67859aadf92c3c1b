/** Options that no classification tree and no ensemble of them takes. */
export const treeRefusals = (make: (options: object) => unknown): (() => unknown)[] =>
  [
    { gracePeriod: 0 },
    { gracePeriod: NaN },
    { delta: 0 },
    { delta: 1 },
    { tau: -0.1 },
    { tau: '0.1' },
    { criterion: 'entropy' },
    { leaves: 'mean' },
    { splitter: 'quantile' },
    { binarySplits: 1 },
    { maxByteSize: 9_999 },
    { maxByteSize: 1e6 + 0.5 },
    { graceperiod: 200 },
  ].map((options) => () => make(options))
