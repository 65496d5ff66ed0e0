import { baselineOf, entry, wholeReturns } from 'estimand'
// A leave-one-out mean within the group: unbiased, and it needs a fact that no world of the laws has.
const others = baselineOf({ word: 'othersOfGroup', row: 'batchBaseline', needs: ['Reward', 'Group'], coupling: 'exchangeable', reasons: { whole: [], perStep: [] },
  level: ({ batch }) => { const r = wholeReturns(batch, batch.reward, batch.discount), g = batch.group
    return { axis: 'per trajectory', column: Float64Array.from(r, (_, i) => { let s = 0, n = 0; for (let j = 0; j < r.length; j++) if (j !== i && g[j] === g[i]) { s += r[j]; n++ } return n ? s / n : 0 }) } },
  formula: { whole: { text: 'mean of the others of the group', latex: 'b' }, perStep: { text: 'b', latex: 'b' } }, source: 'own' })
export default { baselines: { othersOfGroup: entry.alone(others) } }
