/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses and prefixes of both families, by value.
 *
 * Text is strict: no leading zeros, no zone ids, no short IPv4. An IPv4-mapped IPv6 address is
 * read as the IPv4 address. Output is canonical (RFC 5952).
 */
#ifndef RIALTO_NET_ADDR_H
#define RIALTO_NET_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define ADDR_TEXT   48 /* room for any address and its 0 */
#define PREFIX_TEXT 52

struct addr {
    uint8_t family; /* 4, 6, or 0: none */
    uint8_t b[16];  /* network order; IPv4 in the first 4, the rest 0 */
};

struct prefix {
    struct addr addr; /* bits behind the length are 0 */
    uint8_t len;
};

/** An address with the length of its subnet, as interfaces have it. */
struct ifaddr {
    struct addr addr;
    uint8_t len;
};

/** The whole slice as an address; false when it is none. */
bool addr_parse(struct slice s, struct addr *out);
/** One of this family (4 or 6) alone; an IPv4-mapped IPv6 address stays one of IPv6. */
bool addr_parse_as(unsigned family, struct slice s, struct addr *out);
/** Canonical text, "" for none; returns out. */
const char *addr_format(const struct addr *a, char out[ADDR_TEXT]);
/** By family, then value. */
int addr_cmp(const struct addr *a, const struct addr *b);
bool addr_eq(const struct addr *a, const struct addr *b);
/** Is there an address at all? */
static inline bool addr_is_set(const struct addr *a)
{
    return a->family != 0;
}
/** 32 or 128; 0 for none. */
unsigned addr_bits(const struct addr *a);

/**
 * Is it of a kind that no packet between domains is addressed to: loopback, link-local,
 * multicast, limited broadcast, unspecified?
 */
bool addr_is_special(const struct addr *a);
/** RFC 1918, RFC 6598 or RFC 4193 space: unique only within a domain. */
bool addr_is_private(const struct addr *a);

/** "10.0.0.0/8"; bits behind the length must be 0. A bare address is its host prefix. */
bool prefix_parse(struct slice s, struct prefix *out);
/** One of this family (4 or 6) alone; IPv4-mapped ones stay in IPv6. */
bool prefix_parse_as(unsigned family, struct slice s, struct prefix *out);
/** The same but clears host bits instead of refusing them. */
bool prefix_parse_loose(struct slice s, struct prefix *out);
/** "10.0.0.1/24", the address kept. */
bool ifaddr_parse(struct slice s, struct ifaddr *out);
/** Canonical text with its length, "" for none; returns out. */
const char *prefix_format(const struct prefix *p, char out[PREFIX_TEXT]);
const char *ifaddr_format(const struct ifaddr *i, char out[PREFIX_TEXT]);

/** The prefix of that length an address is in; len is clamped to the family's bits. */
struct prefix prefix_of(const struct addr *a, unsigned len);
/** Is the address in the prefix? Never across families. */
bool prefix_has(const struct prefix *p, const struct addr *a);
/** Is every address of inner in outer? Equal counts. */
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);
/** By family, address, length. */
int prefix_cmp(const struct prefix *a, const struct prefix *b);
bool prefix_eq(const struct prefix *a, const struct prefix *b);

#endif
