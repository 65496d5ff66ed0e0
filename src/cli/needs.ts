import type { EstimatorChoice } from '../codec/experiment.ts'
import type { AnyEstimator } from '../estimator/estimator.ts'
import { recipes } from '../recipe/recipes.ts'

/** The pipeline that a choice stands for. */
export const pipelineOf = (choice: EstimatorChoice): Pick<AnyEstimator, 'needs' | 'reasons'> =>
  choice.word === 'pipeline' ? choice.estimator : recipes[choice.word].estimator

/** Facts that a batch must carry for what is ascended. */
export const needsOf = (choice: EstimatorChoice): readonly string[] => pipelineOf(choice).needs
