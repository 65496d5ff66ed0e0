import * as E from 'fp-ts/lib/Either.js'
import { aligned } from '../../laws/report.ts'
import type { Law, Trial } from '../../laws/law.ts'
import { tryLaw } from '../../laws/law.ts'
import { jsonIsInverse } from '../../laws/json.ts'
import { surrogateDerivative } from '../../laws/prepared.ts'
import { sound } from '../../laws/sound.ts'
import { tight } from '../../laws/tight.ts'
import { duplication, linearInReward, permutation, splitting } from '../../laws/weights.ts'
import type { AnyEstimator } from '../estimator/estimator.ts'
import { surrogate } from '../estimator/surrogate.ts'
import { pipelineFromJson } from '../registry/pipeline.ts'
import type { Registry } from '../registry/registry.ts'
import { toJson } from '../registry/toJson.ts'
import type { Answer, Io, Outcome } from './outcome.ts'
import type { Style } from './style.ts'

/** What came of one law. */
export interface LawResult {
  readonly law: string
  readonly states: string
  readonly result: 'held' | 'failed' | 'not tried'
  /** Facts that it was not tried for want of; none where it was tried, or is no law of the estimator. */
  readonly needs: readonly string[]
  /** How many cases were tried. */
  readonly cases: number
  /** The smallest world or batch in which it fails, or why it was not tried. */
  readonly report: string | null
}

/** What verify was asked for. */
export interface VerifyRequest {
  readonly estimator: AnyEstimator
  readonly trial: Required<Trial>
  /** Whether the expectation should be the gradient itself, whatever the estimator declares. */
  readonly unbiased: boolean
}

interface Tried {
  readonly name: string
  readonly states: string
  /** Why the law is no law of this estimator; null: it is one. */
  readonly unless: string | null
  readonly law: () => Law<never>
}

// Each law has its own kind of case; tryLaw draws the cases of a law and checks them with that law alone.
const law = <Case>(name: string, states: string, unless: string | null, make: () => Law<Case>): Tried => ({ name, states, unless, law: make as unknown as () => Law<never> })

const readsNoReward = (e: AnyEstimator): boolean => !e.needs.includes('Reward')

/** Why W is not linear in the rewards; null: it is. */
const notLinear = (e: AnyEstimator): string | null => {
  const words = JSON.stringify(toJson(e))
  if (readsNoReward(e)) return 'it reads no reward'
  if (e.needs.includes('StateValue') || e.needs.includes('ActionValue')) return 'it reads values, which do not change with the rewards'
  if (/"(constant|constantPerTime)"/.test(words)) return 'a constant is subtracted, which does not change with the rewards'
  const nonlinear = /"(clip|normalise)"/.exec(words)
  return nonlinear === null ? null : `${nonlinear[1]} is not linear`
}

/** The laws that an estimator should obey, and those that are none of its own. */
const lawsOf = ({ estimator: e, unbiased }: VerifyRequest, words: Registry): readonly Tried[] => [
  law(
    'sound',
    unbiased ? 'E ghat = grad J in every world' : e.claim !== null || e.reasons.length === 0 ? 'E ghat = grad J in every world' : 'what is declared unbiased is unbiased',
    !unbiased && e.claim === null && e.reasons.length > 0 ? `it declares a bias: ${e.reasons.map(({ name }) => name).join(', ')}` : null,
    () => sound(unbiased ? { ...e, reasons: [], claim: null } : e),
  ),
  law('permutation', 'W(permuted batch) = permuted W(batch)', e.coupling === 'ordered' ? 'its coupling is ordered' : null, () => permutation(e)),
  law('duplication', 'W(batch, batch) = W(batch) / 2, twice', e.coupling === 'none' ? null : 'it couples trajectories', () => duplication(e)),
  law('splitting', 'W(a, b) = (N_a / N) W(a), then (N_b / N) W(b)', e.coupling === 'none' ? null : 'it couples trajectories', () => splitting(e)),
  law('linearInReward', "W(a r + b r') = a W(r) + b W(r')", notLinear(e), () => linearInReward(e)),
  law('surrogateDerivative', 'd value / d log pi(a_t|s_t) = W_t', null, () => surrogateDerivative(e, surrogate(e), [])),
  law('jsonIsInverse', 'read(write(e)) = e', null, () => ({
    ...jsonIsInverse({ write: toJson, read: (json) => pipelineFromJson(json, words) }),
    cases: jsonIsInverse().cases.map((one) => ({ ...one, estimator: e })),
  })),
]

const tryOne = ({ name, states, unless, law: make }: Tried, trial: Required<Trial>): LawResult => {
  const result = (of: Pick<LawResult, 'result'> & Partial<LawResult>): LawResult => ({ law: name, states, needs: [], cases: 0, report: null, ...of })
  if (unless !== null) return result({ result: 'not tried', report: unless })
  const outcome = tryLaw(trial)(make())
  switch (outcome._tag) {
    case 'held':
      return result({ result: 'held', cases: outcome.runs })
    case 'failed':
      return result({ result: 'failed', cases: trial.runs, report: outcome.report })
    case 'not tried':
      return result({ result: 'not tried', needs: outcome.needs, report: `needs ${outcome.needs.join(', ')}` })
  }
}

/** Of a biased estimator: the smallest world in which its bias is to be seen, or whether none was found, or none could be tried. */
const witnessed = (e: AnyEstimator, trial: Required<Trial>): { readonly report: string | null; readonly tried: boolean } => {
  if (e.reasons.length === 0) return { report: null, tried: false }
  try {
    // That they show together is enough: of a pipeline with several reasons none can be seen alone.
    const witness = tight({ ...e.reasons[0], class: 'other objective' })(trial)(e)
    return { report: witness?.report ?? null, tried: true }
  } catch {
    return { report: null, tried: false }
  }
}

/** What to do about laws that were not tried for want of facts: nothing has been found out by them. */
const remedy = (lacking: readonly LawResult[]): string => {
  const needs = [...new Set(lacking.flatMap((one) => one.needs))]
  return (
    `not tried: the worlds and batches of the laws have no ${needs.join(', ')}; in a program, give each law cases that have it: ` +
    'tryLaw({ seed: 1 })({ ...permutation(e), cases })'
  )
}

/** `estimand verify`: the laws on one estimator, and the smallest world where one fails. */
export const runVerify = (request: VerifyRequest, words: Registry, style: Style, io: Pick<Io, 'progress'>): Outcome => {
  const tried = lawsOf(request, words)
  const total = tried.length + 1
  const results = tried.map((one, k) => {
    io.progress({ count: k + 1, total, what: one.name })
    return tryOne(one, request.trial)
  })
  io.progress({ count: total, total, what: 'a world that shows the bias' })
  const e = request.estimator
  const { report: witness, tried: sought } = witnessed(e, request.trial)
  const failed = results.filter(({ result }) => result === 'failed')
  const lacking = results.filter(({ needs }) => needs.length > 0)
  const shown = { held: style.good, failed: style.bad, 'not tried': style.faint }
  const rows = aligned(results.map((one) => [one.law, one.result, one.result === 'held' ? `${one.cases} cases` : '', one.result === 'not tried' ? (one.report ?? '') : one.states])).split('\n')
  const text = [
    `W_it = ${e.formula.text}`,
    `declared: ${e.reasons.length === 0 ? 'unbiased, given support' : e.reasons.map(({ name, class: kind }) => `${name} (${kind})`).join(', ')}`,
    '',
    ...rows.map((row, k) => shown[results[k].result](row)),
    '',
    `seed ${request.trial.seed}, ${request.trial.runs} cases a law`,
    ...failed.flatMap(({ report }) => ['', report ?? '']),
    ...(lacking.length > 0 ? ['', remedy(lacking)] : []),
    ...(witness === null || failed.length > 0 ? [] : ['', `the bias that it declares, in the smallest world found:`, witness.split('\n').slice(1).join('\n')]),
    ...(sought && witness === null ? ['', 'no world was found in which the declared bias shows; is the declaration needed?'] : []),
  ].join('\n')
  const answer: Answer = {
    json: { declared: e.reasons.map(({ name }) => name), claim: e.claim?.text ?? null, laws: results, witness, seed: request.trial.seed, runs: request.trial.runs },
    text,
    exit: failed.length > 0 ? 1 : lacking.length > 0 ? 2 : 0,
  }
  return E.right(answer)
}
