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

  const freeLookup = lookupBy(resolve, () =>
    Object.assign(new Error('The name has no address.'), { code: 'ENOTFOUND' }),
  )
  const guardedLookup = lookupBy(
    (hostname, callback) => {
      resolve(hostname, (error, addresses) => {
        if (error) return callback(isLocal(hostname) ? new TargetRefused() : error, [])
        callback(
          null,
          names.has(bareName(hostname)) ? addresses : addresses.filter(({ address }) => isAllowed(address)),
        )
      })
    },
    () => new TargetRefused(),
  )

  return {
    connector(internalTargets, connectTimeoutMs) {
      const shared = { timeout: connectTimeoutMs, allowH2: false }
      if (internalTargets) return buildConnector({ ...shared, lookup: freeLookup })
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
