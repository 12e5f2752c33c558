import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { buildConnector } from 'undici'
import type { System } from '#engine/ports.ts'
import { TargetRefused } from './failures.ts'
import { bareName, isLocal, resolveNames, type Resolve } from './names.ts'

export interface GuardOptions {
  readonly system: System
  /** Hosts (`hooks.internal`), addresses and networks (`10.1.0.0/16`) that may be reached although they are internal. */
  readonly allowedHosts?: readonly string[]
  /** Takes the place of the hosts file and DNS. */
  readonly resolve?: Resolve
}

type Connector = ReturnType<typeof buildConnector>

/** Opens connections to allowed targets only. */
export interface AddressGuard {
  /** `internalTargets`: loopback and private addresses are allowed, too; link-local ones and others where clouds keep credentials never are. */
  connector(internalTargets: boolean, connectTimeoutMs: number): Connector
}

const globalUnicast = ipaddr.parseCIDR('2000::/3')

/** Where clouds answer their own machines (AWS, Alibaba, Azure), at addresses that look like any private or public one. */
const metadata: ReadonlySet<string> = new Set(
  ['fd00:ec2::254', '100.100.100.200', '168.63.129.16'].map((address) => ipaddr.parse(address).toNormalizedString()),
)

/** Whether the address is one of the public internet: not loopback, private, link-local, multicast, mapped, translated, reserved. */
function isPublic(address: string): boolean {
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast' || metadata.has(parsed.toNormalizedString())) return false
  // "::7f00:1" counts as unicast, too, but nothing public lies outside 2000::/3 (RFC 4291 section 2.4).
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicast)
}

/** What an account with internal targets may reach beside the public internet. */
const internalRanges: ReadonlySet<string> = new Set([
  'loopback',
  'private',
  'uniqueLocal',
  'carrierGradeNat',
  'unspecified',
])

function isInternal(address: string): boolean {
  const parsed = ipaddr.process(address)
  return internalRanges.has(parsed.range()) && !metadata.has(parsed.toNormalizedString())
}

function nowhere(): NodeJS.ErrnoException {
  return Object.assign(new Error('The name has no address.'), { code: 'ENOTFOUND' })
}

/** Makes a guard that lets public addresses pass, and those the operator allows. */
export function addressGuard(options: GuardOptions): AddressGuard {
  const { system, allowedHosts = [], resolve = resolveNames({ system }) } = options
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

  const reachable = {
    outside: isAllowed,
    inside: (address: string): boolean => isAllowed(address) || isInternal(address),
  }

  function guarded(may: (address: string) => boolean, isInside: boolean, connectTimeoutMs: number): Connector {
    const lookup = lookupBy(
      (hostname, callback) => {
        resolve(hostname, (error, addresses) => {
          if (error) return callback(isLocal(hostname) && !isInside ? new TargetRefused() : error, [])
          if (isInside && addresses.length === 0) return callback(nowhere(), [])
          callback(null, names.has(bareName(hostname)) ? addresses : addresses.filter(({ address }) => may(address)))
        })
      },
      () => new TargetRefused(),
    )
    const connect = buildConnector({ timeout: connectTimeoutMs, allowH2: false, lookup })
    return (options, callback) => {
      // A literal address is connected to without a lookup, so it must be looked at here.
      if (ipaddr.isValid(options.hostname) && !may(options.hostname)) callback(new TargetRefused(), null)
      else connect(options, callback)
    }
  }

  return {
    connector: (internalTargets, connectTimeoutMs) =>
      guarded(internalTargets ? reachable.inside : reachable.outside, internalTargets, connectTimeoutMs),
  }
}

function hostNetwork(address: string): ReturnType<typeof ipaddr.parseCIDR> {
  const parsed = ipaddr.process(address)
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128]
}

/** The lookup of a connection: the addresses of the family it wants, or `none` where there are none. */
function lookupBy(resolve: Resolve, none: () => NodeJS.ErrnoException): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      if (error) return callback(error, '')
      const family = typeof options.family === 'number' ? options.family : 0
      const wanted = addresses.filter((entry) => !family || entry.family === family)
      const [first] = wanted
      if (!first) return callback(none(), '')
      if (options.all) callback(null, wanted)
      else callback(null, first.address, first.family)
    })
  }
}
