import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import {
  baseline,
  batchMean,
  batchStd,
  causality,
  claimScale,
  describe as described,
  describeProblems,
  explain,
  leaveOneOut,
  meanOverTrajectories,
  mix,
  normalise,
  pipelineFromJson,
  plus,
  reason,
  recipes,
  reduce,
  scale,
  totalReturn,
  weightModifier,
  zero,
} from 'estimand'
import type { Estimator } from 'estimand'
import { pipelines as arbitraryPipelines } from 'estimand/laws'
import { describe, expect, it } from 'vitest'
import { describeLatex } from '../../src/estimator/describeLatex.ts'
import { describeMarkdown } from '../../src/estimator/describeMarkdown.ts'
import type { Explanation } from '../../src/estimator/explain.ts'
import { latexCode, latexText } from '../../src/estimator/render/latexText.ts'
import { latexOf } from '../../src/estimator/render/mathematics.ts'
import { readVectors } from '../vectors/read.ts'

const of = (words: readonly unknown[]) => {
  const decoded = pipelineFromJson([...words, { reduce: 'meanOverTrajectories' }])
  if (E.isLeft(decoded)) throw new Error(describeProblems(decoded.left))
  return explain(decoded.right)
}
const mean = reduce(meanOverTrajectories)

describe('the weight as a formula, written by hand', () => {
  const weights: readonly (readonly [readonly unknown[], string])[] = [
    [['totalReturn'], '1/N R_i'],
    [['totalReturn', 'causality'], '1/N (gamma^t G_it)'],
    [['totalReturn', 'causality', 'dropOuterDiscount'], '1/N G_it'],
    [['totalReturn', { baseline: { constant: -0.5 } }, 'causality'], '1/N (gamma^t G_it - (-0.5))'],
    [['totalReturn', 'causality', { baseline: 'stateValue' }], '1/N (gamma^t (G_it - V(s_t)))'],
    [[{ totalReturn: { objective: 'undiscounted' } }, 'causality', { baseline: { constant: 1 } }], '1/N (sum_{u>=t} r_iu - 1)'],
    [['totalReturn', { baseline: 'batchMean' }, { normalise: { batchStd: { ddof: 1, epsilon: 0.1 } } }], '1/N ((R_i - mean_j R_j) / (std_{j, ddof 1} R_j + 0.1))'],
    [['totalReturn', { importance: 'perDecision' }], '1/N (sum_u rho_{0:max(u,t)} gamma^u r_u)'],
    [
      ['totalReturn', { baseline: { constant: 0.5 } }, 'causality', { baseline: 'stateValue' }, { importance: 'perDecision' }],
      '1/N (sum_{u>=t} rho_{0:u} gamma^u r_u - rho_{0:t} gamma^t V(s_t) - rho_{0:t} 0.5)',
    ],
    [['totalReturn', 'causality', 'dropOuterDiscount', { importance: 'perDecision' }], '1/N (sum_{u>=t} rho_{0:u} gamma^(u-t) r_u)'],
    [['totalReturn', 'causality', { importance: 'perStep' }, { clip: { epsilon: 0.2 } }], '1/N clip[rho_t; 1 -+ 0.2] (gamma^t G_it)'],
    [['totalReturn', { importance: 'perTrajectory' }, { truncate: { at: 2 } }], '1/N min(rho_{0:L-1}, 2) R_i'],
    [['totalReturn', { importance: 'perTrajectory' }, 'selfNormalise'], '1/N (N rho_{0:L-1} / sum_j rho_{j,0:L-1}) R_i'],
    [['cloning', { importance: 'takenAsOne' }], '1/N 1'],
  ]
  for (const [words, text] of weights) it(text, () => expect(of(words).weight.text).toBe(text))

  it('LaTeX has balanced braces for every golden pipeline', () => {
    const { pipelines } = readVectors('pipelines.json')
    let checked = 0
    for (const { spec } of Object.values(pipelines)) {
      const e = pipelineFromJson(JSON.parse(JSON.stringify(spec).replaceAll(/"(T|(1\+)?(aux|truth)\.[\w.]+)"/g, '2').replaceAll('"constantPerTime":2', '"constantPerTime":[2]')))
      if (spec === null) continue
      if (E.isLeft(e)) throw new Error(describeProblems(e.left))
      const { latex } = explain(e.right).weight
      let depth = 0
      for (const c of latex) {
        depth += c === '{' ? 1 : c === '}' ? -1 : 0
        expect(depth).toBeGreaterThanOrEqual(0)
      }
      expect(depth, latex).toBe(0)
      expect(latex.split('\\left').length, latex).toBe(latex.split('\\right').length)
      checked++
    }
    expect(checked).toBeGreaterThan(0)
  })
})

describe('the rest of an explanation', () => {
  it('unbiased, a single reason, a claim, several reasons', () => {
    expect(explain(pipe(totalReturn, baseline(leaveOneOut), mean)).expectation?.text).toBe('grad J')
    expect(explain(pipe(totalReturn, baseline(batchMean), mean)).expectation?.text).toBe('(N-1)/N grad J')
    expect(explain(pipe(totalReturn, baseline(batchMean), mean, claimScale({ factor: (n) => (n - 1) / n, text: '(N-1)/N' }))).expectation?.text).toBe('(N-1)/N grad J')
    expect(of(['totalReturn', 'causality', { importance: 'perStep' }, { clip: { epsilon: 0.2 } }]).expectation).toBeNull()
  })
  it('needs, reasons with class and source, sources without repetition', () => {
    const { needs, bias, sources, objective } = of([{ vtrace: { rhoBar: 1, cBar: 1 } }])
    expect(needs).toEqual(['Reward', 'StateValue', 'BehaviourLogProb'])
    expect(bias.map((r) => [r.name, r.class])).toEqual([
      ['state distribution', 'biased'],
      ['truncation', 'biased'],
      ['inexact values', 'biased'],
    ])
    expect(new Set(sources).size).toBe(sources.length)
    expect(objective.name).toBe('discounted')
  })
  it('a combination names its parts', () => {
    const a = pipe(totalReturn, mean)
    expect(explain(mix([0.5, a], [0.5, pipe(a, scale(2))])).pipeline).toEqual([
      'mix [0.5,0.5]',
      '  part 1',
      '    totalReturn',
      '    reduce "meanOverTrajectories"',
      '  part 2',
      '    scale 2',
      '      part 1',
      '        totalReturn',
      '        reduce "meanOverTrajectories"',
    ])
  })
  it('as text for a terminal', () => {
    const text = described(of(['totalReturn', 'causality', { importance: 'perStep' }]))
    expect(text).toContain('bias         state distribution (biased): only the ratio of the action itself is corrected')
    expect(text).toContain('needs        Reward, CompleteEpisodes, BehaviourLogProb')
  })
})

describe('the verdict, in a sentence', () => {
  it('unbiased, under its condition', () =>
    expect(explain(pipe(totalReturn, baseline(leaveOneOut), mean)).verdict).toBe('unbiased given support: mu > 0 wherever pi > 0'))
  it('a claimed scale', () =>
    expect(explain(pipe(totalReturn, baseline(batchMean), mean, claimScale({ factor: (n) => (n - 1) / n, text: '(N-1)/N' }))).verdict).toBe(
      'exactly (N-1)/N times the gradient, given support: mu > 0 wherever pi > 0',
    ))
  it('biased', () => {
    expect(explain(pipe(totalReturn, baseline(batchMean), mean)).verdict).toBe('biased, for one reason')
    expect(explain(recipes.ppo.estimator).verdict).toBe('biased, for 6 reasons')
  })
  it('a claim in words is no mathematics', () => {
    const claimed = (text: string) => explain(pipe(totalReturn, mean, claimScale({ factor: () => 1, text }))).expectation?.latex
    expect(claimed('(N-1)/N')).toBe('(N-1)/N\\, \\nabla J')
    expect(claimed('100% of_it')).toBe('\\text{100  of it}\\, \\nabla J')
  })
})

const nasty = '100%_of #1 & $5 {x} ~^\\ <b> | "q" `t` \u00e9\u03c0\u4e16 \u2014 a--b\n]'
const own = weightModifier({
  word: nasty,
  argument: { 'k|`': nasty },
  needs: ['a`b'],
  coupling: 'ordered',
  reasons: [reason({ name: nasty, class: 'biased', because: nasty, expectation: { text: '50% | $', latex: '50% }' }, source: nasty })],
  apply: (w) => w,
  formula: (w) => ({ text: `mine_(${w.text})`, latex: `\\mathrm{mine}\\left\\{${w.latex} \\middle| a<b\\right\\}\\!` }),
  source: nasty,
})

const williams = 'Williams 1992, Simple statistical gradient-following algorithms'

describe('as Markdown, written by hand', () => {
  it('an unbiased pipeline', () =>
    expect(describeMarkdown(explain(pipe(totalReturn, causality, mean)))).toBe(`## Pipeline

\`\`\`text
totalReturn
causality
reduce "meanOverTrajectories"
\`\`\`

## Weight

$$
W_{it} = \\tfrac1N\\thinspace \\left(\\gamma^t G_{it}\\right)
$$

The estimate is

$$
\\hat g = \\textstyle\\sum_i \\sum_t W_{it}\\thinspace \\nabla\\log\\pi(a_{it}\\vert s_{it})
$$

## Objective

$$
J = \\mathbb E \\textstyle\\sum_t \\gamma^t r_t
$$

## Needs

- \`Reward\`
- \`CompleteEpisodes\`
- \`OnPolicy\`

Trajectories are independent.

## Bias

Unbiased given support: mu &gt; 0 wherever pi &gt; 0.

## Expectation

$$
\\nabla J
$$

## Sources

- ${williams}, eq. 4
- Sutton et al. 2000, Policy gradient methods with function approximation
- ${williams}
`))

  it('a combination', () => {
    const half = mix([1.5, pipe(totalReturn, mean)], [-0.5, pipe(totalReturn, baseline(batchMean), mean, scale(2))])
    const text = describeMarkdown(explain(pipe(half, plus(zero('discounted')))))
    expect(text).toContain(`## Pipeline

\`\`\`text
plus
  part 1
    mix [1.5,-0.5]
      part 1
        totalReturn
        reduce "meanOverTrajectories"
      part 2
        scale 2
          part 1
            totalReturn
            baseline "batchMean"
            reduce "meanOverTrajectories"
  part 2
    zero
\`\`\`
`)
    expect(text).toContain(`
$$
W_{it} = 1.5 \\left(\\tfrac1N\\thinspace R_i\\right) - 0.5 \\left(2 \\left(\\tfrac1N\\thinspace \\left(R_i - \\operatorname{mean}_j R_j\\right)\\right)\\right) + 0
$$
`)
    expect(text).toContain(`## Bias

Biased, for 3 reasons:

| Bias | Class | Because | Expectation | Source |
| --- | --- | --- | --- | --- |
| own sample | scaled | the mean over the batch contains the trajectory that it is subtracted from | $\\tfrac{N-1}{N} \\nabla J$ | exact enumeration; checked by the laws of this library |
| scaled | scaled | the estimator was multiplied by a number | $c\\thinspace \\nabla J$ | by definition |
| summed | scaled | the sum of two estimators of one gradient estimates twice that gradient; use mix for a mean | $2\\thinspace \\nabla J$ | by definition |

## Expectation

No closed form; compute it with \`exact\`.
`)
  })

  it('a word of one’s own with every character that has a meaning', () => {
    const text = describeMarkdown(explain(pipe(totalReturn, own, mean)))
    const escaped = '100%\\_of \\#1 &amp; \\$5 {x} \\~\\^\\\\ &lt;b&gt; \\| "q" \\`t\\` \u00e9\u03c0\u4e16 \u2014 a--b \\]'
    expect(text).toContain(`\n| ${escaped} | biased | ${escaped} | 50% \\| \\$ | ${escaped} |\n`)
    expect(text).toContain(`\n- ${escaped}\n`)
    expect(text).toContain('\n- `` a`b ``\n')
    expect(text).toContain('\n$$\nW_{it} = \\tfrac1N\\thinspace \\mathrm{mine}\\left\\lbrace R_i \\middle\\vert a\\lt b\\right\\rbrace \\negthinspace\n$$\n')
    // Mathematics that does not end is shown as the text that it stands for.
    expect(text).toContain('## Expectation\n\n```text\n50% | $\n```\n')
    expect(text).toContain(' and on their order.')
  })
})

describe('as LaTeX, written by hand', () => {
  it('an unbiased pipeline', () =>
    expect(describeLatex(explain(pipe(totalReturn, causality, mean)))).toBe(`{\\raggedright
\\begin{description}
\\item[Pipeline] \\leavevmode\\par
\\noindent\\texttt{totalReturn}\\par
\\noindent\\texttt{causality}\\par
\\noindent\\texttt{reduce {\\char34}meanOverTrajectories{\\char34}}\\par
\\item[Weight] $\\displaystyle W_{it} = \\tfrac1N\\, \\left(\\gamma^t G_{it}\\right)$
\\item[Estimate] $\\displaystyle \\hat g = \\textstyle\\sum_i \\sum_t W_{it}\\, \\nabla\\log\\pi(a_{it}|s_{it})$
\\item[Objective] $\\displaystyle J = \\mathbb E \\textstyle\\sum_t \\gamma^t r_t$
\\item[Needs] \\texttt{Reward}, \\texttt{CompleteEpisodes}, \\texttt{OnPolicy}
\\item[Coupling] trajectories are independent
\\item[Bias] Unbiased given support: mu \\textgreater{} 0 wherever pi \\textgreater{} 0.
\\item[Expectation] $\\displaystyle \\nabla J$
\\item[Sources] \\leavevmode
\\begin{itemize}
\\item ${williams}, eq. 4
\\item Sutton et al. 2000, Policy gradient methods with function approximation
\\item ${williams}
\\end{itemize}
\\end{description}}
`))

  it('a combination is indented as it is nested, and numbers are written as people do', () => {
    const tiny = pipe(totalReturn, normalise(batchStd({ ddof: 0, epsilon: 1e-8 })), mean, scale(2e21))
    const lines = describeLatex(explain(pipe(tiny, plus(pipe(totalReturn, mean))))).split('\n')
    expect(lines.slice(2, 10)).toEqual([
      '\\item[Pipeline] \\leavevmode\\par',
      '\\noindent\\texttt{plus}\\par',
      '\\hspace*{1em}\\texttt{part 1}\\par',
      '\\hspace*{2em}\\texttt{scale 2e+21}\\par',
      '\\hspace*{3em}\\texttt{part 1}\\par',
      '\\hspace*{4em}\\texttt{totalReturn}\\par',
      '\\hspace*{4em}\\texttt{normalise \\{\\allowbreak {\\char34}batchStd{\\char34}:\\allowbreak \\{\\allowbreak {\\char34}ddof{\\char34}:\\allowbreak 0,\\allowbreak {\\char34}epsilon{\\char34}:\\allowbreak 1e-8\\}\\}}\\par',
      '\\hspace*{4em}\\texttt{reduce {\\char34}meanOverTrajectories{\\char34}}\\par',
    ])
    expect(lines).toContain(
      '\\item[Weight] $\\displaystyle W_{it} = 2 \\cdot 10^{21} \\left(\\tfrac1N\\, \\left(\\frac{R_i}{\\operatorname{std}_j R_j + 10^{-8}}\\right)\\right) + \\tfrac1N\\, R_i$',
    )
    expect(lines).toContain('\\item[Expectation] no closed form; compute it with \\texttt{exact}')
  })

  it('a word of one’s own with every character that has a meaning', () => {
    const text = describeLatex(explain(pipe(totalReturn, own, mean)))
    const escaped =
      "100\\%\\_of \\#1 \\& \\$5 \\{x\\} \\textasciitilde{}\\textasciicircum{}\\textbackslash{} \\textless{}b\\textgreater{} \\textbar{} {\\char34}q{\\char34} \\textquoteleft{}t\\textquoteleft{} \\'{e}\\ensuremath{\\pi}[U+4E16] \\textemdash{} a-{}-b ]"
    expect(text).toContain(`\n\\item \\textbf{${escaped}} (biased): ${escaped}. Expectation: \\texttt{50\\% \\textbar{} \\$}. ${escaped}.\n`)
    expect(text).toContain('\\texttt{a\\textquoteleft{}b}')
    expect(text).toContain('\\item[Weight] $\\displaystyle W_{it} = \\tfrac1N\\, \\mathrm{mine}\\left\\{R_i \\middle| a<b\\right\\}\\!$')
  })
})

describe('texts in LaTeX', () => {
  it.each([
    ['\u00fc \u00ee \u0161 \u00df \u0142', '\\"{u} \\^{\\i} \\v{s} \\ss{} \\l{}'],
    ['\u03c1 \u2264 \u2207J', '\\ensuremath{\\rho} \\ensuremath{\\leq} \\ensuremath{\\nabla}J'],
    ['e\u0301', "\\'{e}"],
    ["a---b ''c''", "a-{}-{}-b '{}'c'{}'"],
    ['\u0000\t\r\n', '    '],
    ['\ud83d\ude00', '[U+1F600]'],
    ['\ud800', '[U+D800]'],
  ])('%j', (text, latex) => expect(latexText(text)).toBe(latex))
  it('any text: ASCII, balanced, nothing unescaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const latex of [latexText(text), latexCode(text)]) {
          expect(latex).toMatch(/^[ -~]*$/)
          isClosed(latex)
          expect(latex.replace(/\\[^A-Za-z]/g, '')).not.toMatch(/[%$&#_"`<>|]/)
        }
      }),
    )
  })
})

describe('mathematics that would break its page', () => {
  it.each(['{', '}', '\\frac{1', '\\left(', '50%', '$', '#1', '\u03c0', 'a & b', 'x\\', '', ' ', '\\begin{matrix}'])('%j is not used', (latex) =>
    expect(latexOf({ text: 'x', latex })).toBeNull(),
  )
  it.each(['x', '\\{', '50\\%', '\\leftarrow', '\\begin{matrix} a & b \\\\ c & d \\end{matrix}', '\\left(x\\right]'])('%j is', (latex) => expect(latexOf({ text: 'x', latex })).toBe(latex))
})

const isClosed = (latex: string): void => {
  let depth = 0
  let least = 0
  for (const c of latex.replace(/\\[^A-Za-z]/g, '')) {
    depth += c === '{' ? 1 : c === '}' ? -1 : 0
    least = Math.min(least, depth)
  }
  expect([depth, least], latex).toEqual([0, 0])
}

const rendersWell = (explanation: Explanation): void => {
  const markdown = describeMarkdown(explanation)
  const latex = describeLatex(explanation)
  const text = described(explanation)
  for (const rendered of [markdown, latex, text]) expect(rendered).not.toMatch(/undefined|NaN|\[object|=>/)
  isClosed(latex)
  expect(latex.match(/\$/g)?.length).toSatisfy((n: number) => n % 2 === 0)
  for (const environment of ['itemize', 'description']) expect(latex.split(`\\begin{${environment}}`).length).toBe(latex.split(`\\end{${environment}}`).length)
  // Outside of mathematics and code no sign stands that has a meaning.
  const prose = latex.replace(/\$[^$]*\$/g, '').replace(/\\[^A-Za-z]/g, '')
  expect(prose).not.toMatch(/[%$&#_^~"]/)
  const lines = markdown.split('\n')
  expect(lines.filter((line) => line.startsWith('## ')).map((line) => line.slice(3))).toEqual(['Pipeline', 'Weight', 'Objective', 'Needs', 'Bias', 'Expectation', 'Sources'])
  // Every row of the table has its five cells, whatever stands in them.
  const rows = lines.filter((line) => line.startsWith('| '))
  expect(rows.length).toBe(explanation.bias.length === 0 ? 0 : explanation.bias.length + 2)
  for (const row of rows) expect(row.replaceAll(/\\./g, '').split('|').length, row).toBe(7)
  for (const { name, source } of explanation.bias) {
    expect(text).toContain(name)
    expect(text).toContain(`source: ${source}`)
  }
}

describe('every explanation renders', () => {
  it('of recipes, and of what hurts', () => {
    for (const { estimator } of Object.values(recipes)) rendersWell(explain(estimator as Estimator<unknown, string>))
    rendersWell(explain(zero('undiscounted')))
  })
  it('of arbitrary pipelines, alone and combined', () => {
    fc.assert(
      fc.property(arbitraryPipelines, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -80, max: 80 }), ({ estimator }, c, eighths) => {
        rendersWell(explain(estimator))
        rendersWell(explain(pipe(estimator, scale(c), plus(mix([eighths / 8, estimator], [1 - eighths / 8, estimator])))))
      }),
      { numRuns: 100 },
    )
  })
})
