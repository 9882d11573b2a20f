/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of static facts: from checked configuration to typed values, with errors at their
 * line. All return 0 or a code; an absent key leaves *out as it is.
 */
#ifndef RIALTO_AGENTS_SOURCES_STATIC_FIELDS_H
#define RIALTO_AGENTS_SOURCES_STATIC_FIELDS_H

#include "base/map.h"
#include "conf/conf.h"
#include "model/facts.h"
#include "net/lpm.h"

/** What reading one file needs. */
struct static_reader {
    const char *domain;
    struct facts *out;
    struct map *seen; /* "kind\nname" -> line */
    int64_t asn;      /* first of the domain; FACT_NONE: none declared */
    struct lpm *own;  /* the domain's prefixes */
    struct err *err;
};

/** Text that is not empty and has no control characters. */
int field_text(struct static_reader *r, const struct conf *map, const char *key,
               const char **out);

/** A list of such texts. */
int field_texts(struct static_reader *r, const struct conf *map, const char *key,
                struct strs *out);

/** An address; a list of them; of interface addresses; of prefixes as canonical text; of ASNs.
 */
int field_addr(struct static_reader *r, const struct conf *map, const char *key,
               struct addr *out);
int field_addrs(struct static_reader *r, const struct conf *map, const char *key,
                struct addrs *out);
int field_ifaddrs(struct static_reader *r, const struct conf *map, const char *key,
                  struct ifaddrs_list *out);
int field_prefixes(struct static_reader *r, const struct conf *map, const char *key,
                   struct strs *out);
int field_asns(struct static_reader *r, const struct conf *map, const char *key,
               struct asns *out);

/** One AS number. */
int field_asn(struct static_reader *r, const struct conf *map, const char *key, int64_t *out);

/** A time as in RFC 3339. */
int field_time(struct static_reader *r, const struct conf *map, const char *key, int64_t *out);

/** A number within low..high. */
int field_real(struct static_reader *r, const struct conf *map, const char *key,
               const double range[2], double *out);

/** A typed entity name, RFC 9240 section 3: "ipv4:192.0.2.1", "link:a|b". */
int field_entity(struct static_reader *r, const struct conf *map, const char *key,
                 const char **out);

/** Refuses a second `what` of that name; `at` is where the error points. */
int field_unique(struct static_reader *r, const struct conf *at, const char *what,
                 const char *name);

/** Reads one prefix of a checked list. */
int field_prefix(struct static_reader *r, const struct conf *scalar, struct prefix *out);

#endif
