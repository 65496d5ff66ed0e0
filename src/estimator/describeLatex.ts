import { refuseArgument } from '../trajectories/argument.ts'
import type { Formula } from '../weighting/formula.ts'
import type { Explanation } from './explain.ts'
import { anExplanation, couplingText } from './explain.ts'
import { latexCode, latexText } from './render/latexText.ts'
import { latexOf, weightEquation } from './render/mathematics.ts'

/** Broken at its signs where it is longer than a line, as displayed mathematics is not. */
const mathematics = (formula: Formula): string => {
  const latex = latexOf(formula)
  return latex === null ? latexCode(formula.text) : `$\\displaystyle ${latex}$`
}

const list = (items: readonly string[]): string => ['\\begin{itemize}', ...items.map((item) => `\\item ${item}`), '\\end{itemize}'].join('\n')

/** A line of the pipeline; two spaces of its indentation are as wide as two letters. */
const codeLine = (line: string): string => {
  const indentation = line.length - line.trimStart().length
  return `${indentation === 0 ? '\\noindent' : `\\hspace*{${indentation / 2}em}`}${latexCode(line.trimStart())}\\par`
}

const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1)

/**
 * An explanation as a fragment of LaTeX, for any document with amsmath and amssymb.
 *
 * Texts are escaped, those of your own words too; formulas break into lines between their terms.
 *
 * @param explanation  what `explain` gives
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { describeLatex, explain, totalReturn, reduce, meanOverTrajectories } from 'estimand'
 * describeLatex(explain(pipe(totalReturn, reduce(meanOverTrajectories)))).split('\n')[5]
 * // => '\\item[Weight] $\\displaystyle W_{it} = \\tfrac1N\\, R_i$'
 * ```
 */
export const describeLatex = (explanation: Explanation): string => {
  refuseArgument('describeLatex', explanation, anExplanation)
  const { pipeline, weight, estimate, objective, needs, coupling, pooled, verdict, bias, expectation, sources } = explanation
  return [
    '{\\raggedright',
    '\\begin{description}',
    '\\item[Pipeline] \\leavevmode\\par',
    ...pipeline.map(codeLine),
    `\\item[Weight] ${mathematics(weightEquation(weight))}`,
    `\\item[Estimate] ${mathematics(estimate)}`,
    `\\item[Objective] ${mathematics(objective.formula)}`,
    `\\item[Needs] ${needs.map(latexCode).join(', ') || 'nothing'}`,
    `\\item[Coupling] ${latexText(couplingText({ coupling, pooled }))}`,
    `\\item[Bias] ${latexText(capital(verdict))}${bias.length === 0 ? '.' : ':'}`,
    ...(bias.length === 0
      ? []
      : [
          list(
            bias.map(
              (reason) =>
                `\\textbf{${latexText(reason.name)}} (${latexText(reason.class)}): ${latexText(reason.because)}. Expectation: ${mathematics(reason.expectation)}. ${latexText(reason.source)}.`,
            ),
          ),
        ]),
    `\\item[Expectation] ${expectation === null ? 'no closed form; compute it with \\texttt{exact}' : mathematics(expectation)}`,
    `\\item[Sources] ${sources.length === 0 ? 'none' : `\\leavevmode\n${list(sources.map(latexText))}`}`,
    '\\end{description}}',
    '',
  ].join('\n')
}
