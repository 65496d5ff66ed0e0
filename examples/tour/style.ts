/** The style of the report: light, dark and on paper, from a phone to a projector. The colours differ in lightness too. */
export const style = `
:root {
  --paper: #fdfdfb; --ink: #1c2024; --soft: #565f6b; --line: #dfe2e6; --mark: #ffedb8; --panel: #f4f4ef;
  --exact: #0060a8; --off: #b84a06; --noise: #7d93ad;
  --series0: #6b7480; --series1: #0060a8; --series2: #d1560b;
  font-size: clamp(100%, 62.5% + .55vw, 143.75%);
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --ink: #e9ecef; --soft: #a6b0bc; --line: #2e343b; --mark: #574512; --panel: #1c2025;
    --exact: #6db8f2; --off: #f29d60; --noise: #6d8098;
    --series0: #99a3af; --series1: #5fb0f0; --series2: #f5964f;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 Charter, 'Bitstream Charter', Georgia, 'Times New Roman', serif; text-rendering: optimizeLegibility }
main { max-width: 62rem; margin: 0 auto; padding: 3.2rem 1.25rem 4rem }
h1 { font-size: clamp(1.75rem, 5vw, 2.7rem); line-height: 1.12; margin: 0 0 .8rem; letter-spacing: -.012em; text-wrap: balance }
h2 { font-size: 1.5rem; line-height: 1.25; margin: 3.4rem 0 .5rem }
h3 { font-size: 1.2rem; margin: 0 }
p { margin: .5rem 0; max-width: 46rem; text-wrap: pretty }
code, pre { font: .86em/1.6 ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace }
pre { margin: 0; overflow-x: auto } pre code { font-size: inherit }
mark { background: var(--mark); color: inherit; padding: .14em .3em; margin: 0 -.3em; border-radius: 3px }
.lead { font-size: 1.18rem; color: var(--soft) }
.formula { font-size: 1.28rem; overflow-x: auto; overflow-y: hidden; padding: .1rem 0 .3rem }
.formula sub, .formula sup { font-size: .68em; line-height: 0; white-space: nowrap } .formula b { font-weight: 400; font-size: 1.18em }
.opening { margin: 1.4rem 0 0; padding: .8rem 1.1rem; background: var(--panel); border-radius: 6px; font-size: 1.45rem }
h2 + p { margin-bottom: 1.1rem }
.stop { display: grid; grid-template: auto 1fr / 3rem minmax(0, 1fr) 20rem; column-gap: 0; border-top: 1px solid var(--line); padding: 1.5rem 0 1.3rem }
.stop .number { font-size: 1.5rem; line-height: 1.25; color: var(--soft) }
.stop .says, .stop .facts { grid-column: 2; padding-right: 1.8rem }
.stop pre { grid-column: 3; grid-row: 1 / span 2; align-self: start; background: var(--panel); border-radius: 6px; padding: .8rem 1.1rem; font-size: .82rem }
.type { color: var(--soft); font-size: .95rem } .type code { overflow-wrap: anywhere } .whole { white-space: nowrap }
.none { color: var(--exact) } .some b { color: var(--off) }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-variant-numeric: tabular-nums lining-nums }
th, td { padding: .42rem .7rem; text-align: right; border-bottom: 1px solid var(--line); font-weight: 400 }
thead th { color: var(--soft); font-size: .9rem } tr > :first-child { text-align: left; padding-left: 0; white-space: nowrap } tr > :last-child { padding-right: 0 }
.scroll { overflow-x: auto; max-width: 46rem }
figure { margin: 1.4rem 0 0; max-width: 46rem } figcaption { color: var(--soft) }
.key { display: flex; flex-wrap: wrap; gap: .15rem 1.7rem; padding: 0; list-style: none; margin: .3rem 0 .7rem }
.key svg { display: inline-block; width: 34px; height: 12px; margin: 0 .55rem 0 0 }
svg { display: block; width: 100%; height: auto; overflow: visible } svg text { font-family: inherit; fill: var(--ink); font-variant-numeric: lining-nums }
svg .tick { font-size: 13px; fill: var(--soft) } .label { font-size: 15.5px }
.grid { stroke: var(--line) } .goal { stroke: var(--soft); stroke-dasharray: 2 4 } .zero { stroke: var(--soft) }
.line { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round }
.line.series0 { stroke: var(--series0); stroke-dasharray: .1 5; stroke-width: 2.8 } .dot.series0 { fill: var(--series0) }
.line.series1 { stroke: var(--series1); stroke-dasharray: 9 5 } .dot.series1 { fill: var(--series1) }
.line.series2 { stroke: var(--series2) } .dot.series2 { fill: var(--series2) }
.noise { fill: var(--noise) } .bias { fill: var(--off) }
footer { margin-top: 3.6rem; border-top: 1px solid var(--line); padding-top: 1rem; color: var(--soft); font-size: .95rem }
@media (max-width: 52rem) {
  .stop { grid-template: none / 2.2rem minmax(0, 1fr) } .stop pre { grid-column: 2; grid-row: auto; margin: .7rem 0 .5rem } .stop .says, .stop .facts { padding-right: 0 }
}
@media (max-width: 34rem) {
  main { padding-top: 1.8rem } .stop { grid-template-columns: minmax(0, 1fr) } .stop pre, .stop .says, .stop .facts { grid-column: 1 } .stop .number { display: none }
  .formula { font-size: 1.12rem } svg .tick { font-size: 23px } .label { font-size: 22px } .line { stroke-width: 3.4 } th, td { padding: .42rem .4rem }
  .line.series0 { stroke-width: 4; stroke-dasharray: .1 7 } .line.series1 { stroke-dasharray: 13 8 }
}
@media print { main { max-width: none; padding: 0 } .stop, figure, table { break-inside: avoid } }
`
