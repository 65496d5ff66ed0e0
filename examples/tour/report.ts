import { biasAndNoise, learningCurves } from './charts.ts'
import { escaped, formulaHtml } from './formula.ts'
import type { Findings } from './oracle.ts'
import { formulaOf, typeOf } from './pipelines.ts'
import type { Curve } from './training.ts'

/** All that the report shows. */
export interface Tour {
  readonly findings: readonly Findings[]
  readonly curves: readonly Curve[]
  /** How to make it again. */
  readonly command: string
  readonly versions: string
}

const style = `
:root { --paper: #fdfdfb; --ink: #1c2024; --soft: #5b6470; --line: #dfe2e6; --card: #ffffff; --mark: #fff1c9; --first: #0060a8; --second: #c2500a; --noise: #7d93ad; --bias: #c2500a; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e9ecef; --soft: #a2acb8; --line: #2e343b; --card: #1b1f24; --mark: #4a3b10; --first: #6db8f2; --second: #f09a5b; --noise: #66788c; --bias: #f09a5b; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.55 Georgia, 'Times New Roman', serif }
main { max-width: 54rem; margin: 0 auto; padding: 3rem 1.25rem 4rem }
h1 { font-size: clamp(1.7rem, 5vw, 2.6rem); line-height: 1.15; margin: 0 0 .6rem; letter-spacing: -.01em; text-wrap: balance }
h2 { font-size: 1.45rem; margin: 3.2rem 0 .4rem }
p { margin: .5rem 0 } .lead { font-size: 1.15rem; color: var(--soft); max-width: 44rem }
.stop { display: grid; grid-template-columns: 3rem 1fr; border-top: 1px solid var(--line); padding: 1.3rem 0 1rem }
.stop > .number { font-size: 1.6rem; color: var(--soft) }
.stop h3 { margin: .1rem 0 .2rem; font-size: 1.2rem }
code, pre { font: .82em/1.6 ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace }
pre { margin: .5rem 0; overflow-x: auto } pre code { font-size: inherit } .stop pre { font-size: .88em } mark { background: var(--mark); color: inherit; padding: .1em .25em; border-radius: 3px; margin: 0 -.25em }
.formula { font-size: 1.25rem; margin: .5rem 0; overflow-x: auto; overflow-y: hidden; padding-bottom: .2rem } .formula sub, .formula sup { font-size: .68em; line-height: 0 } .formula b { font-weight: 400; font-size: 1.2em }
.type { color: var(--soft); overflow-wrap: anywhere }
.none { color: var(--first) } .some { color: var(--second) }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-variant-numeric: tabular-nums } th, td { padding: .4rem .7rem; text-align: right; border-bottom: 1px solid var(--line) } th { font-weight: 400; color: var(--soft); font-size: .9rem } th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: nowrap }
svg { width: 100%; height: auto; display: block; margin: 1rem 0 .3rem } svg text { font-family: inherit; fill: var(--ink) } .tick { font-size: 13px; fill: var(--soft) } .axis { font-size: 14px; fill: var(--soft) } .label { font-size: 16px } .grid { stroke: var(--line) } .goal { stroke: var(--soft); stroke-dasharray: 2 4 }
.line { fill: none; stroke-width: 2.2; stroke-linejoin: round } .line.series0 { stroke: var(--first); stroke-dasharray: 7 4 } .line.series1 { stroke: var(--second) } .dot.series0 { fill: var(--first) } .dot.series1 { fill: var(--second) } .noise { fill: var(--noise) } .bias { fill: var(--bias) }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; color: var(--soft); font-size: .95rem; padding: 0; list-style: none; margin: .4rem 0 } .key svg { display: inline-block; width: 30px; height: 12px; margin: 0 .5rem 0 0; vertical-align: 0 }
figure { margin: 0 }
footer { margin-top: 3.5rem; border-top: 1px solid var(--line); padding-top: 1rem; color: var(--soft); font-size: .92rem }
@media (max-width: 30rem) { body { font-size: 16px } .stop { grid-template-columns: 1fr } .stop > .number { display: none } main { padding-top: 1.6rem } figure svg { min-width: 34rem } }
@media print { body { background: #fff } .stop { break-inside: avoid } }
`

/** The words of a pipeline on lines of their own, the new one marked. */
const codeHtml = ({ words, added }: Findings['stop']): string => {
  const lines = words.map((word) => `  ${word === added ? `<mark>${escaped(word)}</mark>` : escaped(word)},`)
  return `<pre><code>pipe(\n${lines.join('\n')}\n)</code></pre>`
}

const stopHtml = ({ stop }: Findings, k: number): string => {
  const { estimator, name, says } = stop
  const reasons = estimator.reasons.map((reason) => `<b>${escaped(reason.name)}</b>: ${escaped(reason.because)}`)
  return `<section class="stop"><div class="number">${k + 1}</div><div>
<h3>${escaped(name)}</h3>
<p>${escaped(says).replace('pi / mu', '<i>π</i> / <i>μ</i>')}</p>
${codeHtml(stop)}
<div class="formula"><i>W</i><sub><i>it</i></sub> = ${formulaHtml(formulaOf(stop))}</div>
<p class="type"><code>${escaped(typeOf(estimator))}</code></p>
${reasons.length === 0 ? '<p class="none">Unbiased: E <i>ĝ</i> = ∇<i>J</i>.</p>' : reasons.map((reason) => `<p class="some">${reason}.</p>`).join('\n')}
</div></section>`
}

/** A number as it is shown: what is 0 but for rounding is 0. */
export const shownNumber = (x: number): string => (Math.abs(x) < 1e-9 ? '0' : x.toFixed(3))

const exactTable = (findings: readonly Findings[]): string => `<div class="scroll"><table>
<thead><tr><th>pipeline</th><th>data of</th><th>bias</th><th>noise</th><th>cosine</th></tr></thead>
<tbody>${findings
  .map(({ stop, bias, noise, cosine }) => `<tr><td>${escaped(stop.name)}</td><td>${stop.data === 'its own' ? '<i>π</i>' : '<i>μ</i>'}</td><td>${shownNumber(bias)}</td><td>${shownNumber(noise)}</td><td>${shownNumber(cosine)}</td></tr>`)
  .join('\n')}</tbody></table></div>`

const runTable = (curves: readonly Curve[]): string => `<div class="scroll"><table>
<thead><tr><th>pipeline</th><th>seed</th><th>steps to 475</th><th>updates</th><th>seconds</th></tr></thead>
<tbody>${curves
  .map(({ name, seed, solved, points, seconds }) => `<tr><td>${escaped(name)}</td><td>${seed}</td><td>${solved === null ? `not in ${(points.at(-1)?.steps ?? 0).toLocaleString('en')}` : solved.toLocaleString('en')}</td><td>${points.length}</td><td>${seconds.toFixed(1)}</td></tr>`)
  .join('\n')}</tbody></table></div>`

const key = (entries: readonly (readonly [string, string])[]): string =>
  `<ul class="key">${entries.map(([svg, text]) => `<li><svg viewBox="0 0 30 12" aria-hidden="true">${svg}</svg>${escaped(text)}</li>`).join('')}</ul>`

/** The report: one page that needs nothing besides itself. */
export const report = ({ findings, curves, command, versions }: Tour): string => {
  const names = [...new Set(curves.map(({ name }) => name))]
  return `<!doctype html>
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
<div class="formula"><i>ĝ</i> = <b>∑</b><sub><i>i</i></sub> <b>∑</b><sub><i>t</i></sub> <i>W</i><sub><i>it</i></sub> ∇ log <i>π</i>(<i>a</i><sub><i>it</i></sub> | <i>s</i><sub><i>it</i></sub>)</div>
<h2>Five pipelines</h2>
<p>The type says what data a pipeline needs and why it is biased; <code>never</code>: it is not, given support.</p>
${findings.map(stopHtml).join('\n')}
<h2>What is exactly true of them</h2>
<p>CliffWalking, four steps from the field diagonal to the goal. <i>π</i> leans right and down the cliff; <i>μ</i>, whose data the last two learn from, is uniform. Every batch of two trajectories is gone through: there are no seeds here and no error bars.</p>
<figure class="scroll">${biasAndNoise(findings)}</figure>
${key([
  ['<rect class="noise" x="4" y="0" width="22" height="11" rx="2"/>', 'noise: root of the summed variances'],
  ['<rect class="bias" x="4" y="0" width="22" height="11" rx="2"/>', 'bias: distance of the expectation from the gradient'],
])}
${exactTable(findings)}
<p>Causality forgets the luck of the past. With a batch of two, the baseline has one other trajectory to compare with, and that one is noisy: whether a baseline helps depends on the batch. The ratio of the step alone is quieter than it should be and a little off; clipping takes weight away, and the bias grows with what it takes.</p>
<h2>The first and the last, on CartPole</h2>
<p>The same pipelines train a network of 64 units: 16 whole episodes a batch, undiscounted. REINFORCE is on-policy and takes one gradient step with each batch; the clipped one has paid for more, and takes four.</p>
<figure class="scroll">${learningCurves(curves)}</figure>
${key(names.map((name, k) => [`<line class="line series${k}" x1="0" x2="30" y1="6" y2="6"/>`, `${name}, a line for each seed`]))}
${runTable(curves)}
<footer><p>Made by <code>${escaped(command)}</code></p><p>${escaped(versions)}</p></footer>
</main></body>
</html>
`
}
