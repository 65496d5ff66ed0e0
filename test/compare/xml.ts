/** An element of an XML document, entities resolved. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  /** Its own text, without that of its children. */
  readonly text: string
}

interface Open {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

// oxlint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

const resolved = (text: string): string => {
  if (forbidden.test(text)) throw new SyntaxError(`a character that XML forbids in ${JSON.stringify(text)}`)
  if (text.includes('<') || text.includes(']]>')) throw new SyntaxError(`an unescaped character in ${JSON.stringify(text)}`)
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|([a-z]+))?(;?)/gi, (all, decimal?: string, hex?: string, name?: string, end?: string) => {
    const found = decimal !== undefined ? String.fromCodePoint(Number(decimal)) : hex !== undefined ? String.fromCodePoint(parseInt(hex, 16)) : entities[name ?? '']
    if (found === undefined || end === '') throw new SyntaxError(`an entity that is none: ${all}`)
    return found
  })
}

const attributesOf = (source: string): Readonly<Record<string, string>> => {
  const pairs: [string, string][] = []
  const rest = source.replace(/\s+([\w:-]+)="([^"<]*)"/g, (_, key: string, value: string) => {
    if (pairs.some(([other]) => other === key)) throw new SyntaxError(`attribute ${key} twice`)
    pairs.push([key, resolved(value)])
    return ''
  })
  if (rest.trim() !== '') throw new SyntaxError(`attributes that cannot be read: ${rest}`)
  return Object.fromEntries(pairs)
}

/** Reads an XML document without declarations, comments and processing instructions; throws where it is not well-formed. */
export const parseXml = (source: string): Element => {
  const root: Open = { name: '', attributes: {}, children: [], text: '' }
  const open: Open[] = [root]
  let at = 0
  for (const found of source.matchAll(/<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>/g)) {
    const [all, closing, name, attributes, empty] = found
    open[open.length - 1].text += resolved(source.slice(at, found.index))
    at = found.index + all.length
    if (closing === '/') {
      const done = open.pop()
      if (done === undefined || done.name !== name) throw new SyntaxError(`</${name}> closes <${done?.name}>`)
      open[open.length - 1].children.push(done)
    } else {
      const begun: Open = { name, attributes: attributesOf(attributes), children: [], text: '' }
      if (empty === '/') open[open.length - 1].children.push(begun)
      else open.push(begun)
    }
  }
  root.text += resolved(source.slice(at))
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== '') throw new SyntaxError('expected one root element')
  return root.children[0]
}
