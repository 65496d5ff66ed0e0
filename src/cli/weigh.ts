import * as E from 'fp-ts/lib/Either.js'
import { aligned, short } from '../../laws/report.ts'
import { batchCodec } from '../codec/batch.ts'
import { problemsOf } from '../codec/codec.ts'
import { batchKeys, isRecorded, only } from '../codec/keys.ts'
import type { WeighRequest } from '../codec/request.ts'
import type { AnyEstimator } from '../estimator/estimator.ts'
import { estimate, NeedsNotMet, WeightNotFinite } from '../estimator/estimator.ts'
import { unreadFacts } from '../estimator/unreadFacts.ts'
import { surrogate } from '../estimator/surrogate.ts'
import { episodes, tabularGradient } from '../exact/episodes.ts'
import type { Mdp } from '../exact/mdp.ts'
import { pipelineFromJson } from '../registry/pipeline.ts'
import type { Registry } from '../registry/registry.ts'
import { toJson } from '../registry/toJson.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import { episodeNames } from '../trajectories/names.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { stepCount } from '../trajectories/trajectories.ts'
import { inRequest } from './exact.ts'
import { bad } from './outcome.ts'
import type { Answer, Outcome } from './outcome.ts'
import type { Style } from './style.ts'
import { isRecord } from '../trajectories/keys.ts'

/** A number, or the word for one that JSON does not have. */
type Figure = number | 'Infinity'

/** What is to be known of the importance ratios pi/mu of a batch. */
export interface RatioDiagnostics {
  readonly mean: Figure
  readonly least: Figure
  readonly most: Figure
  /** (sum rho)^2 / sum rho^2 over steps, between 1 and their number. */
  readonly effectiveSteps: number
  /** The same over trajectories with rho_{0:L-1}. */
  readonly effectiveTrajectories: number
  /** mean over steps of rho - 1 - log rho, an estimate of KL(mu || pi) that is never negative, nats. */
  readonly kl: Figure
}

/** Weights of a batch, what they amount to, and what a trainer would want to look at. */
export interface Weighed {
  /** sum W grad log pi at the logits, flat [S A]; null without an MDP, or without states and actions. */
  readonly gradient: readonly number[] | null
  /** Facts of the batch that the estimator does not read although they change what its user would expect; left out where there are none. */
  readonly unreadFacts?: readonly string[]
  /** W of each step of each trajectory. [N][L_i] */
  readonly weights: readonly (readonly number[])[]
  /** sum W log pi with W held; null where the batch has no log-probs. */
  readonly surrogate: { readonly form: 'score'; readonly value: number } | null
  readonly diagnostics: {
    readonly trajectories: number
    readonly steps: number
    readonly least: number
    readonly most: number
    /** Share of steps with weight 0. */
    readonly zeroWeights: number
    /** Share of steps that clip gives no weight; null where the pipeline has no clip. */
    readonly clipFraction: number | null
    readonly ratio: RatioDiagnostics | null
  }
}

interface Given {
  readonly batch: Trajectories<AllFacts>
  readonly at: { readonly state: ArrayLike<number>; readonly action: ArrayLike<number> } | null
}

const inBatch = (problem: Problem): Problem => (problem.path.startsWith('trajectories') ? { ...problem, path: `batch.${problem.path}` } : inRequest(problem))

const recorded = (batch: Readonly<Record<string, unknown>>, mdp: Mdp, { facts = {}, sampling }: WeighRequest): E.Either<readonly Problem[], Given> => {
  const by = sampling ?? batch['sampling'] ?? 'target'
  if (by !== 'target' && by !== 'behaviour') return bad('batch.sampling', "'target' or 'behaviour'", shown(by))
  const { refused } = batchKeys(batch)
  const given = batch['trajectories']
  const found = episodes({ mdp, sampling: by, ...facts })(Array.isArray(given) ? given.map((one: unknown) => only(one, episodeNames)) : given)
  if (refused.length > 0) return E.left([...refused.map((problem) => ({ ...problem, path: `batch.${problem.path}` })), ...(E.isLeft(found) ? found.left.map(inBatch) : [])])
  return E.isLeft(found) ? E.left(found.left.map(inBatch)) : E.right({ batch: found.right.batch, at: found.right })
}

/** States and actions beside flat columns: integers in range, one per step. */
const indices = (batch: Readonly<Record<string, unknown>>, key: string, steps: number, below: number): E.Either<readonly Problem[], readonly number[] | null> => {
  const given = batch[key]
  if (given === undefined) return E.right(null)
  if (!Array.isArray(given) || given.length !== steps) return bad(`batch.${key}`, `${steps} integers, one per step`, shown(given))
  const wrong = given.findIndex((x) => !(Number.isInteger(x) && Number(x) >= 0 && Number(x) < below))
  return wrong < 0 ? E.right(given as readonly number[]) : bad(`batch.${key}[${wrong}]`, `an integer in 0 .. ${below - 1}`, shown(given[wrong]))
}

/** Far more weights than anybody looks at; a text of them still fits in memory. */
const mostSteps = 2 ** 23

const columns = (batch: Readonly<Record<string, unknown>>, mdp: Mdp | undefined): E.Either<readonly Problem[], Given> => {
  const decoded = batchCodec.decode(batch)
  if (E.isLeft(decoded)) return E.left(problemsOf('batch')(decoded.left))
  if (stepCount(decoded.right) > mostSteps) return bad('batch', `at most ${mostSteps} steps; take fewer trajectories, or call estimate in a program`, `${stepCount(decoded.right)} steps`)
  if (mdp === undefined) return E.right({ batch: decoded.right, at: null })
  const steps = decoded.right.offsets[decoded.right.count]
  const state = indices(batch, 'state', steps, mdp.S)
  if (E.isLeft(state)) return state
  const action = indices(batch, 'action', steps, mdp.A)
  if (E.isLeft(action)) return action
  return E.right({ batch: decoded.right, at: state.right === null || action.right === null ? null : { state: state.right, action: action.right } })
}

const givenIn = (request: WeighRequest): E.Either<readonly Problem[], Given> => {
  const { batch, mdp } = request
  if (!isRecord(batch)) return bad('batch', 'an object: recorded episodes of an MDP, or columns', shown(batch))
  if (!isRecorded(batch)) return columns(batch, mdp)
  return mdp === undefined ? bad('mdp', 'the MDP of these episodes, since they have states and no log-probs', 'none') : recorded(batch, mdp, request)
}

const ratiosOf = (batch: Trajectories<AllFacts>): RatioDiagnostics | null => {
  // Which columns there are is known at run time only.
  const { logProb, behaviourLogProb, offsets, count } = batch as Partial<Trajectories<AllFacts>> & typeof batch
  if (logProb === undefined || behaviourLogProb === undefined) return null
  const steps = Array.from(logProb, (l, k) => l - behaviourLogProb[k])
  const trajectories = Array.from({ length: count }, (_, i) => steps.slice(offsets[i], offsets[i + 1]).reduce((a, b) => a + b, 0))
  // Shifted by the largest, so that no ratio overflows; where all are 0, nothing is effective.
  const shifted = (logs: readonly number[]): { readonly most: number; readonly ratios: readonly number[] } => {
    const most = logs.reduce((a, b) => Math.max(a, b), -Infinity)
    return { most, ratios: logs.map((l) => (most === -Infinity ? 0 : Math.exp(l - most))) }
  }
  const total = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0)
  const effective = (logs: readonly number[]): number => {
    const { ratios } = shifted(logs)
    return total(ratios) ** 2 / (total(ratios.map((rho) => rho * rho)) || 1)
  }
  const figure = (x: number): Figure => (x === Infinity ? 'Infinity' : x)
  const { most, ratios } = shifted(steps)
  const mean = Math.exp(most + Math.log(total(ratios) / steps.length))
  return {
    mean: figure(mean),
    least: figure(Math.exp(steps.reduce((a, b) => Math.min(a, b), Infinity))),
    most: figure(Math.exp(most)),
    effectiveSteps: effective(steps),
    effectiveTrajectories: effective(trajectories),
    kl: figure(steps.reduce((sum, l) => sum + (Math.expm1(l) - l) / steps.length, 0)),
  }
}

/** Share of steps to which clip gives no weight: those that have one when its band is infinite. */
const clipFractionOf = (e: AnyEstimator, words: Registry, batch: Trajectories<AllFacts>, weights: Float64Array): number | null => {
  const json = JSON.stringify(toJson(e))
  const open = json.replaceAll(/\{"clip":\{"epsilon":[^}]*\}\}/g, '{"clip":{"epsilon":"Infinity"}}')
  if (!json.includes('{"clip":')) return null
  const unclipped = pipelineFromJson(JSON.parse(open), words)
  if (E.isLeft(unclipped)) return null
  const before = unclipped.right.estimate(batch)
  return weights.reduce((count, w, k) => count + (w === 0 && before[k] !== 0 ? 1 : 0), 0) / weights.length
}

/** The weights that a request asks for. */
export const answerWeigh = (request: WeighRequest, words: Registry): E.Either<readonly Problem[], Weighed> => {
  const given = givenIn(request)
  if (E.isLeft(given)) return given
  const { batch, at } = given.right
  const { estimator, mdp } = request
  try {
    const weights = estimate(estimator)(batch)
    const idle = unreadFacts(estimator)(batch)
    const { offsets, count } = batch
    return E.right({
      gradient: mdp === undefined || at === null ? null : tabularGradient(mdp, at, weights),
      ...(idle.length === 0 ? {} : { unreadFacts: idle }),
      weights: Array.from({ length: count }, (_, i) => Array.from(weights.subarray(offsets[i], offsets[i + 1]))),
      surrogate: 'logProb' in batch ? { form: 'score', value: surrogate(estimator)(batch).value } : null,
      diagnostics: {
        trajectories: count,
        steps: weights.length,
        least: weights.reduce((a, b) => Math.min(a, b), Infinity),
        most: weights.reduce((a, b) => Math.max(a, b), -Infinity),
        zeroWeights: weights.reduce((zeros, w) => zeros + (w === 0 ? 1 : 0), 0) / weights.length,
        clipFraction: clipFractionOf(estimator, words, batch, weights),
        ratio: ratiosOf(batch),
      },
    })
  } catch (error) {
    if (error instanceof NeedsNotMet) return E.left(error.message.replace(/^estimate: /, '').split('\n').map((got) => inRequest({ path: 'batch', expected: 'data that the estimator may have', got })))
    if (error instanceof WeightNotFinite) return bad('batch', 'finite weights', error.message.replace(/^estimate: /, ''))
    throw error
  }
}

const mostRows = 40

const shortOf = (x: Figure): string => (x === 'Infinity' ? x : short(x))

const textOf = ({ estimator, mdp }: WeighRequest, { gradient, weights, surrogate: scalar, diagnostics }: Weighed, style: Style): string => {
  const steps = weights.flatMap((row, i) => row.map((w, t) => [String(i), String(t), short(w)]))
  const [heading, ...rows] = aligned([['trajectory', 'step', 'weight'], ...steps.slice(0, mostRows)]).split('\n')
  const { ratio, clipFraction } = diagnostics
  const [gradientHeading, ...gradientRows] =
    gradient === null || mdp === undefined
      ? []
      : aligned([['state', 'action', 'gradient'], ...gradient.map((x, k) => [String(Math.floor(k / mdp.A)), String(k % mdp.A), short(x)])]).split('\n')
  return [
    `W_it = ${estimator.formula.text}`,
    `${diagnostics.trajectories} trajectories, ${diagnostics.steps} steps`,
    '',
    style.bold(heading),
    ...rows,
    ...(steps.length > mostRows ? [style.faint(`... and ${steps.length - mostRows} more steps; --json has all`)] : []),
    ...(gradientHeading === undefined ? [] : ['', style.bold(gradientHeading), ...gradientRows]),
    '',
    ...(scalar === null ? [] : [`surrogate (${scalar.form} form) ${short(scalar.value)}`]),
    `weights ${short(diagnostics.least)} to ${short(diagnostics.most)}, ${short(100 * diagnostics.zeroWeights)} % of them 0${clipFraction === null ? '' : `, ${short(100 * clipFraction)} % clipped`}`,
    ...(ratio === null
      ? []
      : [
          `ratios  ${shortOf(ratio.least)} to ${shortOf(ratio.most)}, mean ${shortOf(ratio.mean)}; effective ${short(ratio.effectiveSteps)} steps, ${short(ratio.effectiveTrajectories)} trajectories; KL(mu || pi) about ${shortOf(ratio.kl)} nats`,
        ]),
  ].join('\n')
}

/** `estimand weigh`: the weights of a batch. */
export const runWeigh = (request: WeighRequest, words: Registry, style: Style): Outcome =>
  E.map((weighed: Weighed): Answer => ({ json: weighed, text: textOf(request, weighed, style), notes: weighed.unreadFacts ?? [], exit: 0 }))(answerWeigh(request, words))
