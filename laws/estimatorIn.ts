import { refuseUnreduced } from '../src/estimator/estimator.ts'
import type { AnyEstimator, Estimator } from '../src/index.ts'

/** The estimator that a law is stated of; throws for what is none, in the name of the law. */
export const estimatorIn = <N, B extends string>(law: string, e: Estimator<N, B>): AnyEstimator => {
  refuseUnreduced(e, law)
  return e as Estimator<unknown, B>
}
