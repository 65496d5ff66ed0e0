import { describe, expect, it } from 'vitest'
import { brokenLinks, fetched, leftovers } from '../../docs/check/links.ts'
import type { Site } from '../../docs/check/links.ts'

const site = (pages: Readonly<Record<string, string | null>>): Site => new Map(Object.entries(pages))

describe('links of a site', () => {
  it('are good if file and anchor are there', () => {
    const good = site({
      'index.html': '<a href="words/clip.html#bias">x</a> <a href="#here" id="here">x</a> <a href="words/">x</a> <img src="a%20b.png"><a href="https://example.org">x</a>',
      'words/clip.html': '<h2 id="bias">Bias</h2> <a href="../index.html?x=1#here">x</a>',
      'words/index.html': '',
      'a b.png': null,
    })
    expect(brokenLinks(good)).toEqual([])
  })

  it('are reported where file or anchor is missing', () => {
    const bad = site({
      'index.html': '<a href="words/clip.html#gone">x</a> <a href="#gone">x</a> <script src="gone.js"></script>',
      'words/clip.html': '<a href="index.html">x</a> <a href="../a&amp;b.html">x</a>',
    })
    expect(brokenLinks(bad).map(({ page, says }) => `${page} ${says}`)).toEqual([
      'index.html links to words/clip.html#gone, which has no such anchor',
      'index.html links to #gone, which has no such anchor',
      'index.html links to gone.js, which is not there',
      'words/clip.html links to index.html, which is not there',
      'words/clip.html links to ../a&b.html, which is not there',
    ])
  })
})

describe('what a page fetches', () => {
  it('is its own', () => {
    expect(fetched(site({ 'a.html': '<a href="https://example.org">x</a><link rel="stylesheet" href="a.css"><img src="data:image/png;base64,AA">' }))).toEqual([])
  })

  it('is reported where it comes from elsewhere', () => {
    const bad = site({ 'a.html': '<link rel="stylesheet" href="https://cdn.example.org/a.css"><script defer src="//cdn.example.org/a.js"></script>' })
    expect(fetched(bad).map(({ says }) => says)).toEqual(['fetches https://cdn.example.org/a.css', 'fetches //cdn.example.org/a.js'])
  })
})

describe('what is left over of formulas', () => {
  it('is nothing in prose and code', () => {
    expect(leftovers(site({ 'a.html': '<p>it costs nothing</p><pre>$ npm \\ </pre><code>`${x}`</code><script>$("\\n")</script><math><mi>x</mi></math>' }))).toEqual([])
  })

  it.each([
    ['<p>so $x$ is</p>', 'shows $x'],
    ['<p>so \\gamma is</p>', 'shows \\gamma'],
    ['<p>%%docstring clip%%</p>', 'shows %%docstring'],
    ['<code>math:x</code>', 'has a formula that was not set'],
    ['<span class="katex-error">x</span>', 'has a formula that could not be set'],
  ])('is reported: %s', (html, says) => {
    expect(leftovers(site({ 'a.html': html }))).toContainEqual({ page: 'a.html', says })
  })
})
