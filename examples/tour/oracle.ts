import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { baseline, causality, describeProblems, importance, leaveOneOut, meanOverTrajectories, perTrajectory, reduce, totalReturn } from 'estimand'
import type { Problem } from 'estimand'
import { cliffWalking, exact, exactOfAll, truth } from 'estimand/exact'
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

/** What is exactly true of an estimator in the world, as shares of |grad J|. */
export interface Moments {
  /** |E ghat - grad J| / |grad J|. */
  readonly bias: number
  /** Root of the mean squared distance of ghat from its expectation, over |grad J|: 1 is as much noise as signal. */
  readonly noise: number
  /** Of the angle between E ghat and grad J. */
  readonly cosine: number
}

export interface Findings extends Moments {
  readonly stop: Stop
}

const moments = ({ bias, covTrace, expectation, target }: Exact): Moments => {
  const product = expectation.reduce((sum, x, k) => sum + x * target.value[k], 0)
  const length = Math.hypot(...target.value)
  return { bias: Math.hypot(...bias) / length, noise: Math.sqrt(covTrace) / length, cosine: product / (Math.hypot(...expectation) * length) }
}

/** All pipelines, each on data of the policy that it is made for: every batch of two trajectories is gone through. */
export const enumerated = (): readonly Findings[] =>
  (['its own', "another policy's"] as const).flatMap((data) => {
    const here = stops.filter((stop) => stop.data === data)
    const all = exactOfAll({ mdp: world, batchSize: 2, sampling: data === 'its own' ? 'target' : 'behaviour' })(here.map(({ estimator }) => estimator))
    return pipe(all, E.getOrElseW(refuse)).map((one, k) => ({ stop: here[k], ...moments(one) }))
  })

/** What the fourth pipeline gives up: the same with the ratio of the whole trajectory, which is unbiased. */
export const wholeRatio = (): Moments =>
  pipe(
    pipe(totalReturn, causality, baseline(leaveOneOut), importance(perTrajectory), reduce(meanOverTrajectories)),
    exact({ mdp: world, batchSize: 2, sampling: 'behaviour' }),
    E.map(moments),
    E.getOrElseW(refuse),
  )

/** A number as it is shown: what is 0 but for rounding is 0. */
export const shownNumber = (x: number): string => (Math.abs(x) < 1e-9 ? '0' : x.toFixed(3))
