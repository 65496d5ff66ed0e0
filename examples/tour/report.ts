import { biasAndNoise, learningCurves } from './charts.ts'
import { escaped, formulaHtml } from './formula.ts'
import type { Findings, Moments } from './oracle.ts'
import { shownNumber } from './oracle.ts'
import { formulaOf, typeOf } from './pipelines.ts'
import { style } from './style.ts'
import type { Curve } from './training.ts'
import { namesIn, seedsIn, solvedAt } from './training.ts'

/** All that the report shows. */
export interface Tour {
  readonly findings: readonly Findings[]
  /** The fourth pipeline with the ratio of the whole trajectory. */
  readonly wholeRatio: Moments
  readonly curves: readonly Curve[]
  /** How to make it again. */
  readonly command: string
  readonly versions: string
}

/** A type, whose reasons stay on one line each. */
const typeHtml = (type: string): string => escaped(type).replace(/&#39;.*?&#39;/g, '<span class="whole">$&</span>')

/** The words of a pipeline on lines of their own, the new one marked. */
const codeHtml = ({ words, added }: Findings['stop']): string => {
  const lines = words.map((word) => `  ${word === added ? `<mark>${escaped(word)}</mark>` : escaped(word)},`)
  return `<pre><code>pipe(\n${lines.join('\n')}\n)</code></pre>`
}

const stopHtml = ({ stop }: Findings, k: number): string => {
  const { estimator, name, says } = stop
  const reasons = estimator.reasons.map((reason) => `<p class="some"><b>Biased, ${escaped(reason.name)}</b>: ${escaped(reason.because)}.</p>`)
  return `<section class="stop">
<div class="number" aria-hidden="true">${k + 1}</div>
<div class="says"><h3>${escaped(name)}</h3>
<p>${escaped(says).replace('pi / mu', '<i>π</i> / <i>μ</i>')}</p></div>
${codeHtml(stop)}
<div class="facts"><div class="formula"><i>W</i><sub><i>it</i></sub> = ${formulaHtml(formulaOf(stop))}</div>
<p class="type"><code>${typeHtml(typeOf(estimator))}</code></p>
${reasons.length === 0 ? '<p class="none">Unbiased: E <i>ĝ</i> = ∇<i>J</i>.</p>' : reasons.join('\n')}</div>
</section>`
}

/** A table whose first column names the rows; all cells are HTML. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => `<div class="scroll"><table>
<thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(([name, ...cells]) => `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}
</tbody></table></div>`

const exactTable = (findings: readonly Findings[]): string =>
  table(
    ['pipeline', 'data of', 'bias', 'noise', 'cosine'],
    findings.map(({ stop, bias, noise, cosine }) => [escaped(stop.name), stop.data === 'its own' ? '<i>π</i>' : '<i>μ</i>', ...[bias, noise, cosine].map(shownNumber)]),
  )

const thousands = (steps: number): string => `${(steps / 1000).toFixed(0)}k`

const runTable = (curves: readonly Curve[]): string =>
  table(
    [`steps to ${solvedAt}`, ...seedsIn(curves).map((seed) => `seed ${seed}`)],
    namesIn(curves).map((name) => [
      escaped(name),
      ...curves.filter((curve) => curve.name === name).map(({ solved, steps }) => (solved ? thousands(steps) : `&gt; ${thousands(steps)}`)),
    ]),
  )

const key = (entries: readonly (readonly [string, string])[]): string =>
  `<ul class="key">${entries.map(([svg, text]) => `<li><svg viewBox="0 0 34 12" aria-hidden="true">${svg}</svg>${escaped(text)}</li>`).join('')}</ul>`

const swatch = (kind: string): string => `<rect class="${kind}" x="6" y="1" width="24" height="11" rx="2"/>`

/** The report: one page that needs nothing besides itself. */
export const report = ({ findings, wholeRatio, curves, command, versions }: Tour): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>From REINFORCE to clipped off-policy, one word at a time</title>
<style>${style}</style>
</head>
<body><main>
<h1>From REINFORCE to clipped off-policy, one word at a time</h1>
<p class="lead">Nearly every policy-gradient estimator is a weight for each step. What differs is the weight, and each of these five is one word away from the one before.</p>
<div class="formula opening"><i>ĝ</i> = <b>∑</b><sub><i>i</i></sub> <b>∑</b><sub><i>t</i></sub> <i>W</i><sub><i>it</i></sub> ∇ log <i>π</i>(<i>a</i><sub><i>it</i></sub> | <i>s</i><sub><i>it</i></sub>)</div>

<h2>Five pipelines</h2>
<p>The type says what data a pipeline needs and why it is biased; <code>never</code>: it is not, given support. <i>N</i> trajectories make a batch, <i>R</i> is the discounted return, <i>G</i> what of it comes from the step on, <i>ρ</i> = <i>π</i> / <i>μ</i>.</p>
${findings.map(stopHtml).join('\n')}

<h2>What is exactly true of them</h2>
<p>CliffWalking, four steps from the field diagonal to the goal. <i>π</i> leans right and down the cliff; <i>μ</i>, whose data the last two learn from, is uniform. Every batch of two trajectories is gone through: there are no seeds here and no error bars.</p>
<figure><figcaption>As shares of |∇<i>J</i>|, so that 1 is as much noise as signal
${key([[swatch('noise'), 'noise: root of the summed variances'], [swatch('bias'), 'bias: distance of the expectation from ∇J']])}</figcaption>
${biasAndNoise(findings)}</figure>
${exactTable(findings)}
<p>Causality drops the noise of what is past and keeps the expectation. The baseline has one other trajectory to compare with here, and that one is noisy: it costs. In batches of four and more it pays.</p>
<p>The ratio of the step alone is a trade. That of the whole trajectory, <code>importance(perTrajectory)</code>, is unbiased on the same data, with a noise of ${shownNumber(wholeRatio.noise)}. Clipping goes further the same way: less noise, more bias.</p>

<h2>The first, the third and the last, on CartPole</h2>
<p>The same pipelines train a network of 64 units: 16 whole episodes a batch, undiscounted, Adam at a rate of 0.003. The first two are on-policy and take one gradient step with each batch; the last may go on with a batch that is no longer its own, and takes four.</p>
<figure><figcaption>Mean return of the last 100 episodes by steps of the environment; ${solvedAt} counts as solved. A line for each seed
${key(namesIn(curves).map((name, k) => [`<line class="line series${k}" x1="2" x2="32" y1="6" y2="6"/>`, name]))}</figcaption>
${learningCurves(curves)}</figure>
${runTable(curves)}
<p>From REINFORCE to the baseline: better credit, and nothing else. From there to the clip: reuse. At the first of its four steps the ratio is 1, and the last pipeline is the third; after it, the ratio weighs anew what was sampled, and the clip drops what has gone far enough. Reuse is not the only way to go further with a batch: on CartPole the third at a rate of 0.01 is about as fast.</p>

<footer><p>To make it again: <code>${escaped(command)}</code></p>
<p>${escaped(versions)}. The same versions give the same steps; seconds differ.</p></footer>
</main></body>
</html>
`
