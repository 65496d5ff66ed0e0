import { creditFormula } from '../modify/creditModifier.ts'
import type { Formula } from '../weighting/formula.ts'
import { asFactor, asTerm, inBrackets, times } from '../weighting/formula.ts'
import type { Plan } from '../weighting/weighting.ts'

/** The discount of reward u in the weight of step t, as far as no outer factor stands in front. */
const rewardPower = ({ objective, formula }: Plan): Formula => {
  if (objective === 'undiscounted') return { text: '', latex: '' }
  return formula.scope === 'reward-to-go' && formula.outer === null
    ? { text: 'gamma^(u-t) ', latex: '\\gamma^{u-t} ' }
    : { text: 'gamma^u ', latex: '\\gamma^u ' }
}

/** The reward of decision u, of which a credit of one's own may make anything. */
const rewardOf = ({ formula }: Plan): Formula => formula.rewards?.reward ?? { text: 'r_u', latex: 'r_u' }

/** The ratio of decision u, which may be written in u or in t, as that of another time. */
const ratioAt = ({ ratio }: Plan, text: string, latex: string): Formula => {
  const of = ratio?.formula ?? { text: '1', latex: '1' }
  const time = /(?<![A-Za-z\\])u(?![A-Za-z])/.test(of.text) ? 'u' : 't'
  const all = new RegExp(`(?<![A-Za-z\\\\])${time}(?![A-Za-z])`, 'g')
  return asFactor({ text: of.text.replace(all, text), latex: of.latex.replace(all, () => latex) })
}

/** Credit with a ratio per reward: the ratio stands inside the sum over rewards, and in front of the baselines. */
const perDecisionFormula = (plan: Plan): Formula => {
  const { formula } = plan
  const power = rewardPower(plan)
  const reward = rewardOf(plan)
  const toGo = formula.scope === 'reward-to-go'
  const rho = toGo ? ratioAt(plan, 'u', 'u') : ratioAt(plan, 'max(u,t)', '\\max(u,t)')
  const sum = toGo ? { text: 'sum_{u>=t}', latex: '\\textstyle\\sum_{u\\ge t}' } : { text: 'sum_u', latex: '\\textstyle\\sum_u' }
  const rewards = { text: `${sum.text} ${rho.text} ${power.text}${reward.text}`, latex: `${sum.latex} ${rho.latex} ${power.latex}${reward.latex}` }
  const outer = formula.outer === null ? { text: '', latex: '' } : { text: `${formula.outer.text} `, latex: `${formula.outer.latex} ` }
  const own = ratioAt(plan, 't', 't')
  const baselines = [
    ...formula.inside.map(asTerm).map((b) => ({ text: ` - ${own.text} ${outer.text}${b.text}`, latex: ` - ${own.latex} ${outer.latex}${b.latex}` })),
    ...formula.flat.map(asTerm).map((b) => ({ text: ` - ${own.text} ${b.text}`, latex: ` - ${own.latex} ${b.latex}` })),
  ]
  return {
    text: rewards.text + baselines.map((b) => b.text).join(''),
    latex: rewards.latex + baselines.map((b) => b.latex).join(''),
  }
}

/** The weight of a step as a formula, from the parts of the pipeline, reduction included. */
export const weightFormula = (plan: Plan, scale: Formula): Formula => {
  const credit = creditFormula(plan.formula)
  const { ratio, changes } = plan
  const factor = ratio === null || ratio.kind === 'per decision' ? null : ratio.limits.reduce((rho, limit) => limit.formula(rho), ratio.formula)
  const unlimited = ratio?.limits.length === 0 && ratio.formula.text === '1'
  const corrected =
    factor === null ? (ratio === null ? credit : perDecisionFormula(plan)) : unlimited ? credit : times(asFactor(factor), inBrackets(credit))
  const changed = changes.reduce((weight, change) => change.formula(weight), corrected)
  const isProduct = factor !== null && !unlimited && changes.length === 0
  return times(asFactor(scale), isProduct ? changed : inBrackets(changed))
}
