"""Prints the table of time zones by telephone number, server/src/services/calls/hours/zone-table.ts, to standard output.

Needs the package `phonenumbers` (the data of libphonenumber, Apache-2.0), best in a virtual environment of its own:
    pip install phonenumbers && python tools/zones.py > server/src/services/calls/hours/zone-table.ts
"""

import random

import phonenumbers
from phonenumbers import timezone
from phonenumbers.tzdata import TIMEZONE_DATA as table

samples_per_prefix = 60
dice = random.Random(1)


def country_of(prefix):
    codes = (prefix[:n] for n in (1, 2, 3))
    return next((code for code in codes if int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), None)


def lengths_of(code):
    regions = phonenumbers.region_codes_for_country_code(int(code))
    metadata = [phonenumbers.PhoneMetadata.metadata_for_region(region) for region in regions]
    return sorted({n for one in metadata if one for n in one.general_desc.possible_length if n > 0})


def zones_of(prefix):
    """The data names one likely zone for mobile numbers of large countries. A phone that moves may be in any of them, which the
    library says only when it knows the kind of number: so it is asked about made-up numbers with this prefix. In North America the
    area code is that of a place for mobile numbers, too; Alaska and the islands of the Pacific have codes of their own, so a number
    with a new code, or with none of a place, is not there."""
    code = country_of(prefix)
    if prefix == "1":
        return tuple(name for name in table[prefix] if not far_off(name))
    if code in (None, "1", prefix) or len(table.get(code, ())) < 2:
        return table[prefix]
    at_a_place = set()
    for length in lengths_of(code):
        free = length - (len(prefix) - len(code))
        for _ in range(samples_per_prefix if free > 0 else 1 if free == 0 else 0):
            digits = "".join(dice.choice("0123456789") for _ in range(free))
            number = phonenumbers.parse(f"+{prefix}{digits}")
            if phonenumbers.is_valid_number(number):
                at_a_place.add(phonenumbers.is_number_geographical(number))
    return table[code] if at_a_place == {False} else table[prefix]


def far_off(name):
    return name.startswith("Pacific/") or name in ("America/Adak", "America/Anchorage", "America/Juneau")


def short_ranges(prefixes):
    """`1201 1202 1203` as `1201-3`: neighbours that differ in the last digit alone."""
    found = []
    for prefix in sorted(prefixes):
        first = found[-1] if found else None
        follows = first and first[0][:-1] == prefix[:-1] and int(first[1]) + 1 == int(prefix[-1])
        if follows:
            first[1] = prefix[-1]
        else:
            found.append([prefix, prefix[-1]])
    return " ".join(start if start[-1] == last else f"{start}-{last}" for start, last in found)


zones = {prefix: zones_of(prefix) for prefix in table}
by_zones = {}
for prefix, names in zones.items():
    shorter = next((zones[prefix[:n]] for n in range(len(prefix) - 1, 0, -1) if prefix[:n] in zones), None)
    if names != shorter:
        by_zones.setdefault(names, []).append(prefix)

print(f"""// Written by tools/zones.py from the data of libphonenumber (phonenumbers {phonenumbers.__version__}, Apache-2.0); not edited by hand.

/**
 * Which time zones the telephone numbers that begin with these digits may be in; the longest beginning counts. One line for each
 * group of zones: their IANA names, a colon, the beginnings; `1201-3` is 1201, 1202 and 1203.
 */
export const zoneTable: string = `""", end="")
print("\n".join(f"{' '.join(names)}:{short_ranges(prefixes)}" for names, prefixes in by_zones.items()), end="`\n")
