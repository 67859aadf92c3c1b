import { electricityPeerRows, friedmanPeerRows } from './peers/peer-run.ts'
import type { Race } from './peers/race.ts'

const elec2Rows = electricityPeerRows()
const friedmanRows = friedmanPeerRows()

/** Trees and ensembles against the same of MOA and River: Elec2 (a regressor: Friedman), cycled where that many rows are asked for. */
export const learnerRaces: readonly Race[] = [
  {
    name: 'Hoeffding tree',
    data: elec2Rows,
    ours: { algorithm: 'hoeffding-tree', rows: 906_240, score: 757_318 },
    moa: { learner: 'trees.HoeffdingTree', rows: 906_240, score: 757_375 },
    river: { learner: 'tree.HoeffdingTreeClassifier()', rows: 45_312, score: 36_171 },
    bars: { moaCpu: 6, moaWall: 4, riverCpu: 100 },
  },
  {
    name: 'Hoeffding adaptive tree',
    data: elec2Rows,
    ours: { algorithm: 'hoeffding-adaptive-tree', rows: 906_240, score: 754_223 },
    moa: { learner: 'trees.HoeffdingAdaptiveTree', rows: 906_240, score: 750_264 },
    river: { learner: 'tree.HoeffdingAdaptiveTreeClassifier(seed=1)', rows: 45_312, score: 37_648 },
    bars: { moaCpu: 4, moaWall: 4 },
  },
  {
    name: 'Extremely fast decision tree',
    data: elec2Rows,
    ours: { algorithm: 'extremely-fast-decision-tree', rows: 906_240, score: 750_260 },
    moa: { learner: 'trees.EFDT', rows: 906_240, score: 746_566 },
    bars: { moaCpu: 4, moaWall: 4 },
  },
  {
    name: 'Adaptive random forest',
    data: elec2Rows,
    ours: { algorithm: 'adaptive-random-forest', rows: 90_624, score: 82_208 },
    moa: { learner: 'meta.AdaptiveRandomForest -s 10', rows: 90_624, score: 80_890 },
    river: { learner: 'forest.ARFClassifier(seed=1)', rows: 5_000, score: 4_537 },
    bars: { moaCpu: 15, moaWall: 15, riverCpu: 90 },
  },
  {
    name: 'Online bagging',
    data: elec2Rows,
    ours: { algorithm: 'online-bagging', rows: 362_496, score: 306_623 },
    moa: { learner: 'meta.OzaBag -s 10', rows: 362_496, score: 307_053 },
    bars: {},
  },
  {
    name: 'ADWIN bagging',
    data: elec2Rows,
    ours: { algorithm: 'adwin-bagging', rows: 362_496, score: 302_483 },
    moa: { learner: 'meta.OzaBagAdwin -s 10', rows: 362_496, score: 302_396 },
    bars: { moaCpu: 8, moaWall: 8 },
  },
  {
    name: 'Leveraging bagging',
    data: elec2Rows,
    ours: { algorithm: 'leveraging-bagging', rows: 181_248, score: 162_731 },
    moa: { learner: 'meta.LeveragingBag -s 10', rows: 181_248, score: 162_052 },
    bars: { moaCpu: 8, moaWall: 8 },
  },
  {
    name: 'Streaming random patches',
    data: elec2Rows,
    ours: { algorithm: 'streaming-random-patches', rows: 90_624, score: 81_131 },
    moa: { learner: 'meta.StreamingRandomPatches -s 10', rows: 90_624, score: 80_568 },
    bars: { moaCpu: 8, moaWall: 8 },
  },
  {
    name: 'ADWIN boosting',
    data: elec2Rows,
    ours: { algorithm: 'adwin-boosting', rows: 181_248, score: 161_558 },
    moa: { learner: 'meta.OzaBoostAdwin -s 10', rows: 45_312, score: 39_935 },
    bars: {},
  },
  {
    name: 'BOLE',
    data: elec2Rows,
    ours: { algorithm: 'bole', rows: 181_248, score: 164_085 },
    moa: { learner: 'meta.BOLE -s 10', rows: 181_248, score: 164_134 },
    bars: {},
  },
  {
    name: 'Streaming gradient boosted trees',
    data: elec2Rows,
    ours: { algorithm: 'streaming-gradient-boosted-trees', rows: 45_312, score: 41_661 },
    moa: { learner: 'meta.StreamingGradientBoostedTrees', rows: 45_312, score: 40_151 },
    bars: { moaCpu: 8, moaWall: 8 },
  },
  {
    name: 'Hoeffding tree regressor',
    data: friedmanRows,
    ours: { algorithm: 'hoeffding-tree-regressor', rows: 500_000, score: 629_830 },
    moa: { learner: 'trees.FIMTDD', rows: 200_000, score: 307_170 },
    river: { learner: 'tree.HoeffdingTreeRegressor()', rows: 20_000, score: 36_567 },
    bars: { moaCpu: 4, moaWall: 4 },
  },
]
