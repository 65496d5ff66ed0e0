import { refuseArgument } from '../trajectories/argument.ts'
import type { Formula } from '../weighting/formula.ts'
import type { Explanation } from './explain.ts'
import { anExplanation, couplingText } from './explain.ts'
import { latexOf, weightEquation } from './render/mathematics.ts'

const onOneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim()

const escapes: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' }

const escaped = (text: string): string => onOneLine(text).replace(/[\\`*_[\]|~$#^<>&]/g, (c) => escapes[c] ?? `\\${c}`)

const longestTicks = (text: string): number => Math.max(0, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length))

const code = (text: string): string => {
  const line = onOneLine(text)
  const ticks = '`'.repeat(longestTicks(line) + 1)
  return ticks.length > 1 ? `${ticks} ${line} ${ticks}` : `${ticks}${line}${ticks}`
}

const codeBlock = (lines: readonly string[]): readonly string[] => {
  const clean = lines.map((line) => line.replace(/[\s\p{Cc}]/gu, ' '))
  const fence = '`'.repeat(Math.max(3, longestTicks(clean.join('\n')) + 1))
  return [`${fence}text`, ...clean, fence]
}

/** Signs that a reader of Markdown may take for its own, before mathematics is looked at; as commands they are safe from it. */
const inMath: Readonly<Record<string, string>> = {
  '\\,': '\\thinspace ',
  '\\:': '\\medspace ',
  '\\;': '\\thickspace ',
  '\\!': '\\negthinspace ',
  '\\ ': '\\space ',
  '\\{': '\\lbrace ',
  '\\}': '\\rbrace ',
  '\\|': '\\Vert ',
  '\\\\': '\\cr ',
  '|': '\\vert ',
  '<': '\\lt ',
  '>': '\\gt ',
  '*': '\\ast ',
}
/** The same within \text, which knows other commands. */
const inText: Readonly<Record<string, string>> = {
  '\\{': '\\textbraceleft ',
  '\\}': '\\textbraceright ',
  '|': '\\textbar ',
  '<': '\\textless ',
  '>': '\\textgreater ',
}

const safe = (latex: string): string => {
  // For each open brace, whether a text stands in it.
  const inside: boolean[] = []
  let textComes = false
  const commands = latex.replace(/\\(?:[A-Za-z]+|[^A-Za-z])|[^\\]/g, (token) => {
    const isText = inside.at(-1) ?? false
    if (token === '{') inside.push(textComes || isText)
    if (token === '}') inside.pop()
    textComes = /^\\(text[a-z]*|mbox)$/.test(token) || (textComes && token === ' ')
    return (isText ? inText : inMath)[token] ?? token
  })
  return commands.replace(/ +/g, ' ').trim()
}

const inline = (formula: Formula): string => {
  const latex = latexOf(formula)
  return latex === null ? escaped(formula.text) : `$${safe(latex)}$`
}

const display = (formula: Formula): readonly string[] => {
  const latex = latexOf(formula)
  return latex === null ? codeBlock([formula.text]) : ['$$', safe(latex), '$$']
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1)

/**
 * An explanation as Markdown with mathematics between dollar signs, as GitHub, Jupyter and pandoc read it.
 *
 * Texts are escaped, those of your own words too. Biases stand in a table.
 *
 * @param explanation  what `explain` gives
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { describeMarkdown, explain, totalReturn, reduce, meanOverTrajectories } from 'estimand'
 * describeMarkdown(explain(pipe(totalReturn, reduce(meanOverTrajectories)))).split('\n').slice(9, 12)
 * // => ['$$', 'W_{it} = \\tfrac1N\\thinspace R_i', '$$']
 * ```
 */
export const describeMarkdown = (explanation: Explanation): string => {
  refuseArgument('describeMarkdown', explanation, anExplanation)
  const { pipeline, weight, estimate, objective, needs, coupling, pooled, verdict, bias, expectation, sources } = explanation
  return [
    ['## Pipeline', ...codeBlock(pipeline)],
    ['## Weight', ...display(weightEquation(weight)), '', 'The estimate is', '', ...display(estimate)],
    ['## Objective', ...display(objective.formula)],
    ['## Needs', ...(needs.length === 0 ? ['Nothing.'] : needs.map((need) => `- ${code(need)}`)), '', `${capital(couplingText({ coupling, pooled }))}.`],
    [
      '## Bias',
      `${escaped(capital(verdict))}${bias.length === 0 ? '.' : ':'}`,
      ...(bias.length === 0
        ? []
        : [
            '',
            row(['Bias', 'Class', 'Because', 'Expectation', 'Source']),
            row(['---', '---', '---', '---', '---']),
            ...bias.map((reason) =>
              row([escaped(reason.name), escaped(reason.class), escaped(reason.because), inline(reason.expectation), escaped(reason.source)]),
            ),
          ]),
    ],
    ['## Expectation', ...(expectation === null ? ['No closed form; compute it with `exact`.'] : display(expectation))],
    ['## Sources', ...(sources.length === 0 ? ['None.'] : sources.map((source) => `- ${escaped(source)}`))],
  ]
    .map(([heading, ...body]) => [heading, '', ...body].join('\n'))
    .join('\n\n')
    .concat('\n')
}
