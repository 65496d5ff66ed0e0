import { creditFormula } from '../modify/creditModifier.ts'
import type { Formula } from '../weighting/formula.ts'
import type { Plan } from '../weighting/weighting.ts'

const inBrackets = ({ text, latex }: Formula): Formula =>
  /[ +-]/.test(text) ? { text: `(${text})`, latex: `\\left(${latex}\\right)` } : { text, latex }

const times = (a: Formula, b: Formula): Formula => ({ text: `${a.text} ${b.text}`, latex: `${a.latex}\\, ${b.latex}` })

/** The discount of reward u in the weight of step t, as far as no outer factor stands in front. */
const rewardPower = ({ objective, formula }: Plan): Formula => {
  if (objective === 'undiscounted') return { text: '', latex: '' }
  return formula.scope === 'reward-to-go' && formula.outer === null
    ? { text: 'gamma^(u-t) ', latex: '\\gamma^{u-t} ' }
    : { text: 'gamma^u ', latex: '\\gamma^u ' }
}

/** The reward of decision u, of which a credit of one's own may make anything. */
const rewardOf = ({ words: [{ word }] }: Plan): Formula =>
  word === 'totalReturn' ? { text: 'r_u', latex: 'r_u' } : { text: `r_u[${word}]`, latex: `r^{\\text{${word}}}_u` }

/** Credit with a ratio per reward: the ratio stands inside the sum over rewards, and in front of the baselines. */
const perDecisionFormula = (plan: Plan): Formula => {
  const { formula } = plan
  const power = rewardPower(plan)
  const reward = rewardOf(plan)
  const rewards: Formula =
    formula.scope === 'reward-to-go'
      ? { text: `sum_{u>=t} rho_{0:u} ${power.text}${reward.text}`, latex: `\\textstyle\\sum_{u\\ge t} \\rho_{0:u} ${power.latex}${reward.latex}` }
      : { text: `sum_u rho_{0:max(u,t)} ${power.text}${reward.text}`, latex: `\\textstyle\\sum_u \\rho_{0:\\max(u,t)} ${power.latex}${reward.latex}` }
  const outer = formula.outer === null ? { text: '', latex: '' } : { text: `${formula.outer.text} `, latex: `${formula.outer.latex} ` }
  const baselines = [
    ...formula.inside.map((b) => ({ text: ` - rho_{0:t} ${outer.text}${b.text}`, latex: ` - \\rho_{0:t} ${outer.latex}${b.latex}` })),
    ...formula.flat.map((b) => ({ text: ` - rho_{0:t} ${b.text}`, latex: ` - \\rho_{0:t} ${b.latex}` })),
  ]
  return {
    text: rewards.text + baselines.map((b) => b.text).join(''),
    latex: rewards.latex + baselines.map((b) => b.latex).join(''),
  }
}

/** The weight of a step as a formula, from the parts of the pipeline, reduction included. */
export const weightFormula = (plan: Plan, scale: Formula): Formula => {
  const credit = creditFormula(plan.formula)
  const corrected =
    plan.ratio === null
      ? credit
      : plan.ratio.kind === 'per decision'
        ? perDecisionFormula(plan)
        : plan.ratio.formula.text === '1'
          ? credit
          : times(
              plan.ratio.limits.reduce((ratio, limit) => limit.formula(ratio), plan.ratio.formula),
              inBrackets(credit),
            )
  const changed = plan.changes.reduce((weight, change) => change.formula(weight), corrected)
  const isProduct = plan.ratio !== null && plan.ratio.kind !== 'per decision' && plan.ratio.formula.text !== '1' && plan.changes.length === 0
  return times(scale, isProduct ? changed : inBrackets(changed))
}
