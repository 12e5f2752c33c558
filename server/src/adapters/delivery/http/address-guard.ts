import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { buildConnector } from 'undici'
import { TargetRefused } from './failures.ts'

/** Resolves a name to all its addresses, as `dns.lookup` does with `all`. */
export type Resolve = (
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void

export interface GuardOptions {
  /** Hosts (`hooks.internal`), addresses and networks (`10.1.0.0/16`) that may be reached although they are internal. */
  readonly allowedHosts?: readonly string[]
  /** Takes the place of the system's name lookup. */
  readonly resolve?: Resolve
}

type Connector = ReturnType<typeof buildConnector>

/** Opens connections to allowed targets only. */
export interface AddressGuard {
  /** `internalTargets`: every address is allowed. */
  connector(internalTargets: boolean, connectTimeoutMs: number): Connector
}

const globalUnicast = ipaddr.parseCIDR('2000::/3')

/** Whether the address is one of the public internet: not loopback, private, link-local, multicast, mapped, translated, reserved. */
function isPublic(address: string): boolean {
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return false
  // "::7f00:1" counts as unicast, too, but nothing public lies outside 2000::/3 (RFC 4291 section 2.4).
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicast)
}

/** Makes a guard that lets public addresses pass, and those the operator allows. */
export function addressGuard({ allowedHosts = [], resolve = resolveAll }: GuardOptions): AddressGuard {
  const names = new Set<string>()
  const networks: ReturnType<typeof ipaddr.parseCIDR>[] = []
  for (const entry of allowedHosts) {
    if (ipaddr.isValidCIDR(entry)) networks.push(ipaddr.parseCIDR(entry))
    else if (ipaddr.isValid(entry)) networks.push(hostNetwork(entry))
    else names.add(bareName(entry))
  }

  const isAllowed = (address: string): boolean => {
    if (isPublic(address)) return true
    const parsed = ipaddr.process(address)
    return networks.some((network) => network[0].kind() === parsed.kind() && parsed.match(network))
  }

  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      if (error) return callback(isLocal(hostname) ? new TargetRefused() : error, '')
      const family = typeof options.family === 'number' ? options.family : 0
      const wanted = addresses.filter((entry) => !family || entry.family === family)
      const allowed = names.has(bareName(hostname)) ? wanted : wanted.filter(({ address }) => isAllowed(address))
      const [first] = allowed
      if (!first) return callback(new TargetRefused(), '')
      if (options.all) callback(null, [...allowed])
      else callback(null, first.address, first.family)
    })
  }

  return {
    connector(internalTargets, connectTimeoutMs) {
      const shared = { timeout: connectTimeoutMs, allowH2: false }
      if (internalTargets) return buildConnector(shared)
      const connect = buildConnector({ ...shared, lookup: guardedLookup })
      return (options, callback) => {
        // A literal address is connected to without a lookup, so it must be looked at here.
        if (ipaddr.isValid(options.hostname) && !isAllowed(options.hostname)) callback(new TargetRefused(), null)
        else connect(options, callback)
      }
    },
  }
}

function hostNetwork(address: string): ReturnType<typeof ipaddr.parseCIDR> {
  const parsed = ipaddr.process(address)
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128]
}

/** Names that mean this machine, even where no resolver says so (RFC 6761 section 6.3). */
function isLocal(hostname: string): boolean {
  return /(?:^|\.)localhost$/.test(bareName(hostname))
}

function bareName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}

const resolveAll: Resolve = (hostname, callback) => {
  systemLookup(hostname, { all: true }, (error, addresses) => callback(error, addresses ?? []))
}
