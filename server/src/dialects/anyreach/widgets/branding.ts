import type { WidgetConfig } from '#domain/web-widget/state.ts'
import type { Api } from '../api.ts'

/** What a site's first page says of itself. */
export interface Branding {
  readonly domain: string
  readonly title: string | null
  /** As CSS writes it. */
  readonly primary_color: string | null
  readonly icon_url: string | null
}

/** How long a site has to answer, and how much of its page is looked at. */
const readWithinMs = 5_000
const lookedAt = 512 * 1024

/** The branding of a site; undefined: it cannot be reached, or says nothing of itself. Redirects are not followed: `www.` is tried too. */
export async function brandingOf(api: Api, account: string, domain: string): Promise<Branding | undefined> {
  for (const host of domain.startsWith('www.') ? [domain] : [domain, `www.${domain}`]) {
    const page = await headOf(api, account, `https://${host}/`)
    const branding = page === undefined ? undefined : readBranding(page, domain, `https://${host}/`)
    if (branding) return branding
  }
  return undefined
}

/** The configuration with a branding in it; the rest stays. */
export function withBranding(config: WidgetConfig, branding: Branding): WidgetConfig {
  const present = config['v1'] as Readonly<Record<string, unknown>> | undefined
  return { ...config, v1: { ...present, branding } }
}

/** The page up to the end of its head, which is all that is waited for. */
async function headOf({ context }: Api, account: string, url: string): Promise<string | undefined> {
  const enough = new AbortController()
  const pieces: string[] = []
  let length = 0
  let tail = ''
  const owner = await context.services.accounts.get(account)
  const asked = await context.stream(
    {
      url,
      method: 'GET',
      headers: { accept: 'text/html' },
      body: null,
      internalTargets: owner?.limits.internalTargets ?? false,
      connectTimeoutMs: readWithinMs,
      totalTimeoutMs: readWithinMs,
      signal: enough.signal,
    },
    (text, { status }) => {
      if (status !== 200 || enough.signal.aborted) return
      pieces.push(text)
      length += text.length
      // The end of the head may come in two pieces.
      const latest = tail + text
      tail = latest.slice(-8)
      if (length >= lookedAt || /<\/head|<body/i.test(latest)) enough.abort()
    },
  )
  const isRead = enough.signal.aborted || ('status' in asked && asked.status === 200)
  return isRead ? pieces.join('').slice(0, lookedAt) : undefined
}

/** Undefined: the page says nothing of the kind. */
export function readBranding(page: string, domain: string, base: string): Branding | undefined {
  const [head = ''] = page.split(/<\/head|<body/i, 1)
  const metas = tagsIn(head, 'meta')
  const meta = (name: string): string | undefined =>
    metas.find((one) => (one.get('name') ?? one.get('property'))?.toLowerCase() === name)?.get('content')
  const [, heading = ''] = /<title[^<>]{0,1000}>([^<]{0,1000})/i.exec(head) ?? []
  const title = tidy(meta('og:site_name') ?? '') ?? tidy(readable(heading))
  const color = tidy(meta('theme-color') ?? meta('msapplication-tilecolor') ?? '')
  const primary_color = color !== null && isColor(color) ? color : null
  const icon_url = iconOf(tagsIn(head, 'link'), base)
  if (title === null && primary_color === null && icon_url === null) return undefined
  return { domain, title, primary_color, icon_url }
}

type Attributes = ReadonlyMap<string, string>

/** Only from where a name begins: else each letter of a long one without a value would be tried. */
const attribute = /(?<![\w:-])([\w:-]{1,100})\s{0,10}=\s{0,10}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g

function tagsIn(html: string, name: string): readonly Attributes[] {
  const found = html.matchAll(new RegExp(`<${name}\\s([^<>]{1,4000})>`, 'gi'))
  return Array.from(found, ([, text = '']) => {
    return new Map(
      Array.from(text.matchAll(attribute), ([, key = '', double, single, bare]) => [
        key.toLowerCase(),
        readable(double ?? single ?? bare ?? ''),
      ]),
    )
  })
}

/** The one for telephones is the largest; else the first there is. */
function iconOf(links: readonly Attributes[], base: string): string | null {
  const icons = links.filter((link) => /(?:^|\s)(?:apple-touch-)?icon(?:\s|$)/i.test(link.get('rel') ?? ''))
  const best = icons.find((link) => /apple-touch-icon/i.test(link.get('rel') ?? '')) ?? icons[0]
  const url = URL.parse(best?.get('href') ?? '', base)
  if (!best?.has('href') || !url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null
  return url.href.length <= 2_000 ? url.href : null
}

function isColor(text: string): boolean {
  return /^(?:#[\da-f]{3,8}|[a-z]{3,30}|(?:rgb|hsl)a?\([\d\s.,%/deg]{3,60}\))$/i.test(text)
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

function readable(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(\w{2,5}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[String(name).toLowerCase()] ?? whole
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal))
  })
}

/** On one line, not too long; null: nothing is left. */
function tidy(text: string): string | null {
  const line = text.toWellFormed().replaceAll(/\s+/g, ' ').trim().slice(0, 200)
  return line === '' ? null : line
}
