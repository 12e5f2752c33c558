import type { LookupAddress } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { platform } from 'node:os'
import ipaddr from 'ipaddr.js'
import type { System } from '#engine/ports.ts'

/** Resolves a name to all its addresses, as `dns.lookup` does with `all`. */
export type Resolve = (
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void

/** Who is asked for the addresses of a name. */
export interface NameServer {
  resolve4(hostname: string): Promise<readonly string[]>
  resolve6(hostname: string): Promise<readonly string[]>
}

export interface NamesOptions {
  readonly system: System
  /** Takes the place of the name servers the machine is set up with. */
  readonly nameServer?: NameServer
  /** Reads the text of the hosts file. */
  readonly readHosts?: () => Promise<string>
}

type Hosts = ReadonlyMap<string, readonly LookupAddress[]>

/** How long what was read of the hosts file is good for. */
const hostsFreshMs = 10_000

const loopback: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/**
 * Resolves names: those of this machine by rule, then the hosts file, then DNS. Never by `dns.lookup`: it holds one of the few
 * threads of the process for as long as a name hangs, and so lets a handful of bad names stop all others.
 * Fails with ENOTFOUND (there is no such name, or it has no address) or EAI_AGAIN (nobody could say).
 */
export function resolveNames(options: NamesOptions): Resolve {
  const { system, nameServer = new Resolver({ timeout: 2000, tries: 2 }), readHosts = readHostsFile } = options
  const hosts = hostsReader(system, readHosts)
  const inFlight = new Map<string, Promise<readonly LookupAddress[]>>()

  const find = async (name: string): Promise<readonly LookupAddress[]> =>
    (await hosts()).get(name) ?? (await ask(nameServer, name))

  return (hostname, callback) => {
    const name = bareName(hostname)
    if (isLocal(name)) return queueMicrotask(() => callback(null, loopback))
    let found = inFlight.get(name)
    if (!found) {
      found = find(name).finally(() => inFlight.delete(name))
      inFlight.set(name, found)
    }
    found.then(
      (addresses) => callback(null, addresses),
      (error: NodeJS.ErrnoException) => callback(error, []),
    )
  }
}

/** Names that mean this machine, whatever a resolver says (RFC 6761 section 6.3). */
export function isLocal(hostname: string): boolean {
  return /(?:^|\.)localhost$/.test(bareName(hostname))
}

/** The name as names are compared: in lower case, without the dot of the root. */
export function bareName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}

/** The addresses of each name in the text of a hosts file, in its order; lines that make no sense are passed over. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, LookupAddress[]>()
  for (const line of text.split(/\r?\n/)) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    const family = isIP(address)
    if (!family || !ipaddr.isValid(address)) continue
    for (const name of new Set(names.map(bareName))) {
      const known = hosts.get(name)
      if (!known) hosts.set(name, [{ address, family }])
      else if (!known.some((entry) => entry.address === address)) known.push({ address, family })
    }
  }
  return hosts
}

/** Reads the hosts file again when it is asked for and no longer fresh; all who ask meanwhile share one reading. */
function hostsReader(system: System, readHosts: () => Promise<string>): () => Promise<Hosts> {
  let readAt = -Infinity
  let current: Promise<Hosts> | undefined

  return () => {
    const ageMs = system.now() - readAt
    // A clock stepped back must not keep an old reading for good.
    if (current && ageMs >= 0 && ageMs < hostsFreshMs) return current
    readAt = system.now()
    current = readHosts().then(parseHosts, () => new Map())
    return current
  }
}

function readHostsFile(): Promise<string> {
  return readFile(platform() === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts', 'utf8')
}

async function ask(nameServer: NameServer, name: string): Promise<readonly LookupAddress[]> {
  const answers = await Promise.allSettled([nameServer.resolve4(name), nameServer.resolve6(name)])
  const addresses = answers.flatMap((answer, index) =>
    answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family: index === 0 ? 4 : 6 })) : [],
  )
  if (addresses.length > 0) return addresses
  const isUnknown = answers.every((answer) => answer.status === 'fulfilled' || saysUnknown(answer.reason))
  throw Object.assign(new Error('The name has no address.'), { code: isUnknown ? 'ENOTFOUND' : 'EAI_AGAIN' })
}

/** Whether the answer is that there is none, and not that something is wrong with asking. */
function saysUnknown(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ENOTFOUND' || error.code === 'ENODATA' || error.code === 'EBADNAME'
}
