import { isOrdinary, largest, spreadOf, unitFor } from '../columns/deviation.ts'
import { scaleRun, standardiseRun } from '../columns/runs.ts'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, refuseArgument } from '../trajectories/argument.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { shown } from '../trajectories/problem.ts'
import { creditsAgree, returnsAgree } from '../weighting/agreement.ts'
import { creditColumn, inUnits, returnsOf, rewardsIn } from '../weighting/evaluate.ts'
import { inBrackets, numberLatex } from '../weighting/formula.ts'
import { checked, range } from '../weighting/options.ts'
import { madeOf, ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Call, Legal } from '../weighting/step.ts'
import type { BiasOf, NeedsOf, Weighting } from '../weighting/weighting.ts'
import type { CreditChange } from './creditModifier.ts'
import { changeCredit } from './creditModifier.ts'

/** Options of batchStd and whitenSteps. */
export interface DeviationOptions {
  /** 0: deviation of a population, 1: of a sample. */
  readonly ddof: 0 | 1
  /** Added to the deviation, >= 0 and finite. Where both are 0, the credits are all alike, but for the rounding of the sums that they are, and become 0. */
  readonly epsilon: number
}

/** A way to normalise: its rule in the legality table and the change of the credit. */
export interface Normalisation<out R extends 'batchStd' | 'whitenSteps'> {
  readonly row: R
  readonly change: Omit<CreditChange, 'word'>
  readonly argument: unknown
}

const checkedOptions = (word: string, options: DeviationOptions): DeviationOptions => {
  refuseUnknown(`normalise(${word})`, options, ['ddof', 'epsilon'], `normalise(${word}({ ddof: 1, epsilon: 1e-8 }))`)
  const { ddof, epsilon } = options
  if (ddof !== 0 && ddof !== 1) throw new RangeError(`normalise(${word}): ddof: expected 0 or 1, got ${shown(ddof)}`)
  return { ddof, epsilon: checked(`normalise(${word}): epsilon`, epsilon, range.finiteNotNegative) }
}

const normalisation: Kind = {
  expected: 'batchStd({ ddof, epsilon }) or whitenSteps({ ddof, epsilon }), as in normalise(whitenSteps({ ddof: 0, epsilon: 1e-8 }))',
  holds: (x) => hasParts(x) && (x['row'] === 'batchStd' || x['row'] === 'whitenSteps') && hasParts(x['change']),
}

const perUnit = (denominator: number): number => (denominator === 0 ? 0 : 1 / denominator)

/**
 * Divide whole returns by the deviation of the batch's raw returns; with baseline(batchMean) this is GRPO's advantage.
 *
 *     W_t = (R - b) / (std_j R_j + epsilon)
 *
 * The deviation of a single number, and of returns that are equal but for rounding, is 0. Biased ('divided by a deviation'): the sign of the expectation can be wrong (world
 * groupNormalisationFlipsSign). Law: tight. Source: Shao et al. 2024, DeepSeekMath, section 4.1.
 *
 * @param options  ddof 0 or 1, epsilon >= 0
 *
 * @example
 * ```ts
 * import { batchStd } from 'estimand'
 * batchStd({ ddof: 1, epsilon: 1e-4 }).row // => 'batchStd'
 * ```
 */
export const batchStd = (options: DeviationOptions): Normalisation<'batchStd'> => {
  const { ddof, epsilon } = checkedOptions('batchStd', options)
  return ours({
    row: 'batchStd',
    argument: { batchStd: { ddof, epsilon } },
    change: {
      needs: [],
      coupling: 'exchangeable',
      reasons: [reasons['divided by a deviation']],
      apply: (column, credit, batch) => {
        const returns = returnsOf(credit.of, batch)
        const agree = returnsAgree(rewardsIn(credit.of), returns, batch)
        const unit = agree ? 1 : unitFor(largest(returns))
        const deviation = agree ? 0 : spreadOf(unit === 1 ? returns : returns.map((x) => x * unit), ddof).deviation
        const inUnit = unit === 1 ? column : creditColumn(inUnits(credit, unit), batch)
        scaleRun(column, inUnit, 0, column.length, perUnit(deviation + epsilon * unit))
        return column
      },
      formula: (credit, raw) => {
        const of = inBrackets(raw('j'))
        const std = ddof === 0 ? { text: 'std_j', latex: '\\operatorname{std}_j' } : { text: 'std_{j, ddof 1}', latex: '\\operatorname{std}_{j,\\,\\mathrm{ddof}\\,1}' }
        return {
          text: `(${credit.text}) / (${std.text} ${of.text} + ${epsilon})`,
          latex: `\\frac{${credit.latex}}{${std.latex} ${of.latex} + ${numberLatex(epsilon)}}`,
        }
      },
      source: 'Shao et al. 2024, DeepSeekMath, section 4.1',
    },
  })
}

/**
 * Centre the credits of all steps of the batch and divide them by their deviation, outer factor included.
 *
 *     W_t = (c_t - mean c) / (std c + epsilon)       mean and std over all steps of the batch
 *
 * Credits that are equal but for rounding, and a single one, become 0. Biased ('divided by a deviation'), as the mean and the deviation are made from the
 * sample that they change. Law: tight. Source: common practice, e.g. Dhariwal et al. 2017, baselines.
 *
 * @param options  ddof 0 or 1, epsilon >= 0
 *
 * @example
 * ```ts
 * import { whitenSteps } from 'estimand'
 * whitenSteps({ ddof: 0, epsilon: 1e-8 }).row // => 'whitenSteps'
 * ```
 */
export const whitenSteps = (options: DeviationOptions): Normalisation<'whitenSteps'> => {
  const { ddof, epsilon } = checkedOptions('whitenSteps', options)
  return ours({
    row: 'whitenSteps',
    argument: { whitenSteps: { ddof, epsilon } },
    change: {
      needs: [],
      coupling: 'exchangeable',
      reasons: [reasons['divided by a deviation']],
      apply: (column, credit, batch) => {
        if (creditsAgree(credit, column, batch)) return column.fill(0)
        const { mean, deviation } = spreadOf(column, ddof)
        if (isOrdinary(deviation)) {
          standardiseRun(column, 0, column.length, mean, perUnit(deviation + epsilon))
          return column
        }
        const unit = unitFor(largest(column))
        const inUnit = 'reward' in credit.of ? creditColumn(inUnits(credit, unit), batch) : column.map((c) => c * unit)
        const scaled = spreadOf(inUnit, ddof)
        standardiseRun(inUnit, 0, inUnit.length, scaled.mean, perUnit(scaled.deviation + epsilon * unit))
        return inUnit
      },
      formula: (credit) => ({
        text: `whiten(${credit.text}; ddof ${ddof}, epsilon ${epsilon})`,
        latex: `\\operatorname{whiten}\\left(${credit.latex};\\ \\mathrm{ddof}\\ ${ddof},\\ \\epsilon\\ ${numberLatex(epsilon)}\\right)`,
      }),
      source: 'Dhariwal et al. 2017, OpenAI baselines',
    },
  })
}

/**
 * Divide the credit by a deviation of the batch, which makes the size of a step independent of the scale of rewards.
 *
 *     batchStd      (R - b) / (std_j R_j + epsilon)             whole returns
 *     whitenSteps   (c_t - mean c) / (std c + epsilon)          credits per step
 *
 * Biased in scale and direction. Law: tight. Source: see batchStd and whitenSteps.
 *
 * @param by  batchStd({...}) or whitenSteps({...})
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, baseline, batchMean, normalise, batchStd } from 'estimand'
 * const grpo = pipe(totalReturn, baseline(batchMean), normalise(batchStd({ ddof: 1, epsilon: 1e-4 })))
 * grpo.reasons.map((r) => r.name) // => ['own sample', 'divided by a deviation']
 * ```
 */
export const normalise = <R extends 'batchStd' | 'whitenSteps'>(
  by: Normalisation<R> & Call<'normalise(whitenSteps({ ddof: 0, epsilon: 1e-8 }))'>,
): (<W>(w: Legal<W, R>) => Weighting<NeedsOf<W>, BiasOf<W> | 'divided by a deviation', 'normalised'>) => {
  refuseArgument('normalise', by, normalisation)
  return changeCredit(by.row, madeOf([by], { ...by.change, word: { word: 'normalise', argument: by.argument } }))
}
