const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const host = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*$`)

/** Whether a text names hosts of web pages: one, or with `*.` all below it. In lower case, without a port. */
export function isPageHost(text: string): boolean {
  return text.length <= 253 && host.test(text) && !/^\*\.[^.]*$/.test(text)
}

/** Whether a host is one of those named. `*.example.com` is every host below example.com, not that host itself. */
export function isOnDomain(hostname: string, domains: readonly string[]): boolean {
  const wanted = hostname.toLowerCase()
  return domains.some((domain) =>
    domain.startsWith('*.') ? wanted.length > domain.length - 1 && wanted.endsWith(domain.slice(1)) : domain === wanted,
  )
}
