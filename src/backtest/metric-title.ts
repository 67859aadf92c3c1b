const titles: Readonly<Record<string, string>> = {
  'log-loss': 'log loss',
  'roc-auc': 'AUC',
  accuracy: 'accuracy',
  brier: 'Brier score',
  calibration: 'calibration error',
  kappa: 'kappa',
  'kappa-t': 'kappa\u2011T',
  mae: 'MAE',
  rmse: 'RMSE',
}

/** A metric's name for people. */
export function metricTitle(metric: string): string {
  return titles[metric] ?? metric
}
