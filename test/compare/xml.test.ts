import { describe, expect, it } from 'vitest'
import { parseXml } from './xml.ts'

describe('the reader of XML', () => {
  it('reads elements, attributes, texts and entities', () =>
    expect(parseXml('<a b="1 &lt; 2"><c/>text &amp; <d>&#65;&#x42;</d></a>')).toEqual({
      name: 'a',
      attributes: { b: '1 < 2' },
      text: 'text & ',
      children: [
        { name: 'c', attributes: {}, children: [], text: '' },
        { name: 'd', attributes: {}, children: [], text: 'AB' },
      ],
    }))
  it.each(['<a><b></a></b>', '<a>', '<a></a><b></b>', '<a>&nbsp;</a>', '<a>&</a>', '<a>1 < 2</a>', '<a b="<"/>', '<a b="1" b="2"/>', '<a b=1/>', '<a>\u0000</a>', '<a>]]></a>', '<a>\ud800</a>', 'text', ''])(
    'refuses %s',
    (source) => expect(() => parseXml(source)).toThrow(SyntaxError),
  )
})
