import * as E from 'fp-ts/lib/Either.js'
import { aligned, short } from '../../laws/report.ts'
import { norm } from '../columns/norm.ts'
import type { ExactRequest } from '../codec/request.ts'
import { exactOfAll } from '../exact/exact.ts'
import type { Exact } from '../exact/exact.ts'
import type { Setting } from '../exact/setting.ts'
import type { Problem } from '../trajectories/problem.ts'
import type { Answer, Outcome } from './outcome.ts'
import type { Style } from './style.ts'

/** The setting that a request describes. */
export const settingOf = ({ mdp, facts = {}, batchSize, sampling, covariance, limit }: ExactRequest): Setting => ({
  mdp,
  ...facts,
  ...(batchSize === undefined ? {} : { batchSize }),
  ...(sampling === undefined ? {} : { sampling }),
  ...(covariance === undefined ? {} : { covariance }),
  ...(limit === undefined ? {} : { limit }),
})

/** On the command line, and in requests, what a setting calls value stands under facts. */
export const inRequest = ({ path, expected, got }: Problem): Problem => ({
  path: /^(value|actionValue)\b/.test(path) ? `facts.${path}` : path.replace(/^estimators\[0\]/, 'estimator'),
  expected: expected === 'facts that the setting gives' ? 'data that the estimator may have' : expected,
  got: got
    .replace('; give value to fromSteps, and a value to each truncated end', '; say where it comes from: --facts \'{"value": "exact"}\'')
    .replace('; give actionValue to fromSteps', '; say where it comes from: --facts \'{"actionValue": "exact"}\'')
    .replace('raise limit, take a smaller batchSize, or use sampled(...)', 'raise --limit, or take a smaller --batch-size or horizon')
    .replace('take a smaller batchSize', 'take a smaller --batch-size')
    .replace(', or use sampled(...)', ''),
})

/** The exact moments that a request asks for. */
export const answerExact = (request: ExactRequest): E.Either<readonly Problem[], Exact> => {
  const found = exactOfAll(settingOf(request))([request.estimator])
  return E.isLeft(found) ? E.left(found.left.map(inRequest)) : E.right(found.right[0])
}

/** Moments in the layout of the golden numbers: the covariance of pairs only where it was asked for. */
export const exactJson = ({ covariance, ...moments }: Exact): object => ({ ...moments, ...(covariance === null ? {} : { covariance }) })

/** Rounding of sums over all trajectories, shown as what it is. */
const tidy = (x: number): string => (Math.abs(x) < 1e-12 ? '0' : short(x))

const textOf = ({ estimator, mdp, sampling = 'target' }: ExactRequest, found: Exact, style: Style): string => {
  const { target, expectation, bias, covDiag, covTrace, N, trajectories } = found
  const rows = expectation.map((mean, k) => [
    String(Math.floor(k / mdp.A)),
    String(k % mdp.A),
    tidy(target.value[k]),
    tidy(mean),
    tidy(bias[k]),
    tidy(Math.sqrt(covDiag[k])),
  ])
  const biasNorm = norm(bias)
  const [heading, ...lines] = aligned([['state', 'action', target.name, 'expectation', 'bias', 'deviation'], ...rows]).split('\n')
  return [
    `W_it = ${estimator.formula.text}`,
    `${trajectories} trajectories, batch of ${N}, sampled by the ${sampling} policy`,
    '',
    style.bold(heading),
    ...lines,
    '',
    `bias ${biasNorm < 1e-10 ? style.good('0') : style.bad(short(biasNorm))}${estimator.reasons.length === 0 ? ', declared unbiased' : `, declared: ${estimator.reasons.map(({ name }) => name).join(', ')}`}`,
    `variance ${tidy(covTrace)} (sum over components), deviation ${tidy(Math.sqrt(covTrace))}`,
  ].join('\n')
}

/** `estimand exact`: expectation, bias and covariance against the truth. */
export const runExact = (request: ExactRequest, style: Style): Outcome =>
  E.map((found: Exact): Answer => ({ json: exactJson(found), text: textOf(request, found, style), exit: 0 }))(answerExact(request))
