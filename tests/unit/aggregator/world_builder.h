/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small worlds by hand: facts from a compact text, one fact a line, one intake per domain.
 *
 *     domain 64496,64497 prefixes=192.0.2.0/24       who the domain is
 *     port r1 eth0 192.0.2.1/30,2001:db8::1/64       an interface
 *     ospf r1 eth0 10    ospf3 r1 eth0 10    isis r1 eth0 10    (family=6 for IPv6)
 *     bgp r1 64496       peer r1 192.0.2.2 64497     an instance, a neighbour
 *     net r1 192.0.2.0/24   agg r1 192.0.0.0/16   redist r1 bgp connected
 *     term r1 NAME 10 permit match=prefix-list4~X;tag~5 set=med~7
 *     list r1 NAME prefix 5 permit 192.0.2.0/24 le=30
 *     static r1 198.51.100.0/24 192.0.2.2            configured
 *     rib r1 198.51.100.0/24 ospf 192.0.2.2 eth0     installed ("-" leaves a field out)
 *     seen r1 198.51.100.0/24 192.0.2.2 64497,64498 192.0.2.2 best=1    in its BGP table
 *     trace 192.0.2.10 198.51.100.10 192.0.2.1 * 10.0.0.1/10.0.0.5 198.51.100.10
 *     from lg looking-glass assumed                  the source of the lines that follow
 *
 * Anything else is a kind of fact by its name with fields as name=value. What stands behind the
 * places of a line is name=value as well. In values "~" stands for a blank, lists are separated
 * by "," (of texts by ";"). A dot before a hop leaves out a TTL. A trace is observed at the
 * time 1000 unless it says otherwise. At the start of a text the source is a configuration.
 */
#ifndef RIALTO_TESTS_WORLD_BUILDER_H
#define RIALTO_TESTS_WORLD_BUILDER_H

#include "aggregator/aggregator.h"
#include "aggregator/world.h"

#define WB_MAX_DOMAINS 32

struct wb {
    struct intake *intakes[WB_MAX_DOMAINS];
    const char *names[WB_MAX_DOMAINS];
    size_t n;
    struct arena *arena; /* paths asked for, and their texts */
    struct snapshot *snap;
    struct world *world; /* of the snapshot, to look inside */
};

/** An empty world; aborts when out of memory. */
struct wb *wb_new(void);
/** Frees it with its facts and its snapshot. */
void wb_free(struct wb **b);

/** Adds facts that `domain` states; aborts at a line that is wrong. */
void wb_say(struct wb *b, const char *domain, const char *text);
/** The same, but passes over lines that are wrong and gives how many there were. */
size_t wb_say_loosely(struct wb *b, const char *domain, const char *text);

/** Aggregates what was said; the facts then belong to the snapshot. Aborts when that fails. */
void wb_build(struct wb *b);
/** wb_new, a text per domain (name, text, ..., NULL), wb_build. */
struct wb *wb_world(const char *domain, ...) __attribute__((sentinel));

/** The intake of a domain, made when new; NULL when there are too many. */
struct intake *wb_intake(struct wb *b, const char *domain);

/* ---- looking inside a built world; what is not there aborts, with a message */

struct addr wb_addr(const char *text);
struct prefix wb_prefix(const char *text);
struct dom *wb_dom(const struct wb *b, const char *name);
struct router *wb_router(const struct wb *b, const char *domain, const char *node);
/** The routing instance of a table ("": default). */
struct instance *wb_instance(const struct wb *b, const char *domain, const char *node,
                             const char *table);
struct port *wb_port(const struct wb *b, const char *domain, const char *node,
                     const char *name);
/** The number of a prefix. */
uint32_t wb_id(const struct wb *b, const char *prefix);

/** How many disagreements of that kind there are. */
size_t wb_disagreements(const struct wb *b, const char *kind);
/** The first of that kind whose subject contains the text; NULL when there is none. */
const struct disagreement *wb_disagreement(const struct wb *b, const char *kind,
                                           const char *subject);

/* ---- paths */

/** The path between two addresses (table NULL: any). */
struct path *wb_path(struct wb *b, const char *src, const char *dst, const char *table);
/**
 * The path in short: "r1 r2 r3: derived", legs separated by " | ", a hop's class behind it as
 * "+" for observed and "?" for assumed ones; "; WHY" when it does not arrive.
 */
const char *wb_hops(struct wb *b, const char *src, const char *dst);
/** The same with "domain/router" per hop. */
const char *wb_hops_domains(struct wb *b, const char *src, const char *dst);
/** Cost between two PIDs; NAN also where the metric or a PID is not there. */
double wb_cost(const struct wb *b, const char *metric, const char *from, const char *to);

#endif
