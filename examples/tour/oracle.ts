import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { describeProblems } from 'estimand'
import type { Problem } from 'estimand'
import { cliffWalking, exactOfAll, truth } from 'estimand/exact'
import type { Exact, Mdp } from 'estimand/exact'
import { stops } from './pipelines.ts'
import type { Stop } from './pipelines.ts'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}

/** The world of the tour: CliffWalking from the field diagonal to the goal. pi leans right and down the cliff, mu is uniform. */
export const world: Mdp = pipe(
  cliffWalking({
    start: 34,
    horizon: 4,
    discount: 0.9,
    theta: Array.from({ length: 48 }, () => [0, 1, 1, 0]),
    thetaBehaviour: Array.from({ length: 48 }, () => [0, 0, 0, 0]),
  }),
  E.getOrElseW(refuse),
)

export const gradientNorm: number = Math.hypot(...truth(world).gradJ)

/** What is exactly true of a pipeline in the world, as shares of |grad J|. */
export interface Findings {
  readonly stop: Stop
  /** |E ghat - grad J| / |grad J|. */
  readonly bias: number
  /** Root of the mean squared distance of ghat from its expectation, over |grad J|: 1 is as much noise as signal. */
  readonly noise: number
  /** Of the angle between E ghat and grad J. */
  readonly cosine: number
}

const findings = (stop: Stop, { bias, covTrace, expectation, target }: Exact): Findings => {
  const product = expectation.reduce((sum, x, k) => sum + x * target.value[k], 0)
  const length = Math.hypot(...target.value)
  return { stop, bias: Math.hypot(...bias) / length, noise: Math.sqrt(covTrace) / length, cosine: product / (Math.hypot(...expectation) * length) }
}

/** All pipelines, each on data of the policy that it is made for: every batch of two trajectories is gone through. */
export const enumerated = (): readonly Findings[] =>
  (['its own', "another policy's"] as const).flatMap((data) => {
    const here = stops.filter((stop) => stop.data === data)
    const all = exactOfAll({ mdp: world, batchSize: 2, sampling: data === 'its own' ? 'target' : 'behaviour' })(here.map(({ estimator }) => estimator))
    return pipe(all, E.getOrElseW(refuse)).map((one, k) => findings(here[k], one))
  })
