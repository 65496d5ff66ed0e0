import { describe, expect, it } from 'vitest'
import { displayOf } from '../../docs/formula/display.ts'
import { latexOf } from '../../docs/formula/latex.ts'
import { sentenceOf } from '../../docs/formula/sentence.ts'

describe('a formula in ASCII as LaTeX', () => {
  const cases: Readonly<Record<string, string>> = {
    'gamma^t G_it': '\\gamma^{t} G_{it}',
    'W_it grad log pi(a_it|s_it)': 'W_{it}\\, \\nabla \\log \\pi(a_{it} \\mid s_{it})',
    'rho_{0:t}': '\\rho_{0{:}t}',
    'gamma^(u-t) r_u': '\\gamma^{u - t} r_{u}',
    'sum_{u >= t} r_u': '\\sum_{u \\ge t} r_{u}',
    "sum_s' P(s'|s, a)": "\\sum_{s'} P(s' \\mid s, a)",
    'pi(a|s) / mu(a|s)': '\\frac{\\pi(a \\mid s)}{\\mu(a \\mid s)}',
    '(R - b) / (std_j R_j + epsilon)': '\\frac{R - b}{\\operatorname{std}_{j} R_{j} + \\epsilon}',
    'N rho_i / sum_j rho_j': 'N \\frac{\\rho_{i}}{\\sum_{j} \\rho_{j}}',
    'rho_i / mean_j rho_j': '\\frac{\\rho_{i}}{\\operatorname{mean}_{j} \\rho_{j}}',
    'x / log p + 1 / E[L]': '\\frac{x}{\\log p} + \\frac{1}{\\mathbb E[L]}',
    'x / sum_j a_j b_j + c': '\\frac{x}{\\sum_{j} a_{j} b_{j}} + c',
    '(1/N) sum_j R_j': '\\frac{1}{N} \\sum_{j} R_{j}',
    '(1/N)^2': '\\left(\\frac{1}{N}\\right)^{2}',
    '|a - K s|^2': '\\left|a - K s\\right|^{2}',
    '1[a_t = a]': '\\mathbf 1[a_{t} = a]',
    'N(K s, sigma^2)': '\\mathcal N(K s, \\sigma^{2})',
    'N (K s)': 'N (K s)',
    "K'RK + F' P_{t+1} F": "K' R K + F' P_{t + 1} F",
    'E_mu min(rhoBar, rho_t)': '\\mathbb E_{\\mu} \\min(\\bar\\rho, \\rho_{t})',
    'mean of G_jt over the others alive at t': '\\operatorname{mean} \\text{ of } G_{jt} \\text{ over the others alive at } t',
    'W(with b)': 'W(\\text{with } b)',
    'read(write(e)) = e': '\\operatorname{read}(\\operatorname{write}(e)) = e',
    'x <= 1e-6': 'x \\le 10^{-6}',
    'p <-> q -> r': 'p \\leftrightarrow q \\to r',
    'KL(p||q) + H(pi(.|s))': '\\mathrm{KL}(p \\,\\|\\, q) + H(\\pi(\\cdot \\mid s))',
    'r_{kt+k-1} + V_old(s)': 'r_{k t + k - 1} + V_{\\mathrm{old}}(s)',
    'expm1(x) + h1': '\\operatorname{expm1}(x) + h_{1}',
    'rho becomes min(rho, c)': '\\rho \\;\\text{becomes}\\; \\min(\\rho, c)',
    'E ghat not parallel to grad J': '\\mathbb E \\hat g \\nparallel \\nabla J',
  }
  it.each(Object.entries(cases))('%s', (ascii, latex) => {
    expect(latexOf(ascii)).toBe(latex)
  })

  // A fraction says what is divided by what: read wrongly it is another number.
  it('divides what the spaces say', () => {
    expect(latexOf('log p/q')).toBe('\\log \\frac{p}{q}')
    expect(latexOf('log p / q')).toBe('\\frac{\\log p}{q}')
    expect(latexOf('log_b p / q')).toBe('\\frac{\\log_{b} p}{q}')
    expect(latexOf('log(2 pi) / 2')).toBe('\\frac{\\log(2 \\pi)}{2}')
    expect(latexOf("(a - K s) s' / sigma^2")).toBe("(a - K s) \\frac{s'}{\\sigma^{2}}")
  })

  const refused = ['(a', 'a)', '[a)', 'x / ', '/ x', 'a && b', '--json', '$x', 'a @ b', 'f(`x`)', 'x => y', 'HOME_x', 'a\\b', 'x^', '|a']
  it.each(refused)('cannot read %s', (ascii) => {
    expect(latexOf(ascii)).toBeNull()
  })
})

describe('a block of formulas', () => {
  it('has its sides, and the words around them', () => {
    expect(displayOf('whole return   W_t = R - b    on a whole return')).toEqual([
      { label: [{ text: 'whole return' }], left: 'W_{t}', right: '= R - b', note: [{ text: 'on a whole return' }] },
    ])
  })

  it('has a row for each equation', () => {
    expect(displayOf('G_t = r_t + gamma G_{t+1},   G_L = 0')).toEqual([
      { label: [], left: 'G_{t}', right: '= r_{t} + \\gamma G_{t + 1},', note: [] },
      { label: [], left: 'G_{L}', right: '= 0', note: [] },
    ])
  })

  it('has cases', () => {
    expect(displayOf('W_t = rho A    if A >= 0 and rho <= 1,   else 0')).toEqual([
      { label: [], left: 'W_{t}', right: '= \\begin{cases} \\rho A & \\text{if } A \\ge 0 \\text{ and } \\rho \\le 1 \\\\ 0 & \\text{else} \\end{cases}', note: [] },
    ])
  })

  it('has derivatives, which are no quotient of what stands beside the stroke', () => {
    expect(displayOf('d value / d log pi(a_t|s_t) = W_t    with W held fixed')).toEqual([
      {
        label: [],
        left: '\\frac{d\\, \\text{value}}{d\\, \\log \\pi(a_{t} \\mid s_{t})}',
        right: '= W_{t}',
        note: [{ text: 'with W held fixed' }],
      },
    ])
    expect(displayOf('dJ/dK = -2 sum_t M_t')?.[0]?.left).toBe('\\frac{d\\, J}{d\\, K}')
    expect(displayOf('d/dx  sum_i W_i')?.[0]?.right).toBe('\\frac{d}{d\\, x} \\left(\\sum_{i} W_{i}\\right)')
  })

  it('has the rest of a formula after words', () => {
    expect(displayOf('W_t = G_t - b      instead of      gamma^t (G_t - b)')?.[0]?.note).toEqual([{ text: 'instead of ' }, { latex: '\\gamma^{t} (G_{t} - b)' }])
    expect(displayOf('ghat = sum over steps t of   W_t z_t')).toEqual([{ label: [], left: '\\hat g', right: '= \\text{sum } \\text{ over steps } t \\text{ of } W_{t} z_{t}', note: [] }])
  })

  it('goes on after a narrow gap, and ends at a wide one or at a word', () => {
    expect(displayOf('W_k = M/m  scale rho_k A_k        frozen')).toEqual([
      { label: [], left: 'W_{k}', right: '= \\frac{M}{m} \\text{ scale } \\rho_{k} A_{k}', note: [{ text: 'frozen' }] },
    ])
    expect(displayOf('R = c  implies  W = c W(cloning)')).toEqual([
      { label: [], left: 'R', right: '= c', note: [{ text: 'implies' }, { text: ' ' }, { latex: 'W = c W(\\text{cloning})' }] },
    ])
  })

  it.each([
    'state[i] += action[i]',
    'done = x === 3',
    'npm install && npm start     # from REINFORCE on',
    'ESTIMAND_SEED=1 npm test',
    'better : Estimator<Reward & CompleteEpisodes, never>',
    "1/N (gamma^t G_it)\n{ _tag: 'Right', right: [0.5] }",
    '1 state, 2 actions, horizon 1\nstate  start  action\n0      1      0',
    'sound fails (seed 1): E ghat = 1 grad J in every world\n1 state, 2 actions, horizon 1, discount 1',
    'returnCredit    what a step is credited with          creditModifier    changes the credit',
    '{"clip": {"epsilon": 0.2}}',
    'const x = 1 // one',
    '',
  ])('is none: %s', (block) => {
    expect(displayOf(block)).toBeNull()
  })
})

describe('formulas in a sentence', () => {
  const shown = (sentence: string): string => sentenceOf(sentence).map((piece) => ('text' in piece ? piece.text : `<${piece.latex}>`)).join('')

  it.each([
    ['up to s_t the past is settled', 'up to <s_{t}> the past is settled'],
    ['E[b grad log pi(a_t|s_t)] = 0. A baseline', '<\\mathbb E[b\\, \\nabla \\log \\pi(a_{t} \\mid s_{t})] = 0>. A baseline'],
    ['away from mu = pi (see below).', 'away from <\\mu = \\pi> (see below).'],
    ['given (as in W_t), "G_t" too', 'given (as in <W_{t}>), "<G_{t}>" too'],
    ['0 where rho has left 1 -+ epsilon in', '0 where <\\rho> has left <1 \\mp \\epsilon> in'],
    ['(N-1)/N grad J where all are equal', '<\\frac{N - 1}{N}\\, \\nabla J> where all are equal'],
    ['where W_t = c a weight is', 'where <W_{t} = c> a weight is'],
    ['T >= 3, g < 1', '<T \\ge 3>, <g < 1>'],
    ['go on (z_0 = 1) and r_1 = 1; quit', 'go on <(z_{0} = 1)> and <r_{1} = 1>; quit'],
  ])('%s', (sentence, expected) => {
    expect(shown(sentence)).toBe(expected)
  })

  it.each([
    'A pipeline goes credit, modifiers, reduction.',
    'the file snake_case_name, the module E.map, and log_prob',
    'the mean of the batch is not quite one',
    'rewards 8, 4, 2 at discount 1/2; a - b is what is left',
    "is a word - and I say so: it isn't 'scaled by 1/length'",
    '  spaces   stay  as they are ',
  ])('leaves alone: %s', (sentence) => {
    expect(sentenceOf(sentence)).toEqual([{ text: sentence }])
  })

})
