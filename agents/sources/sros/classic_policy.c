/* SPDX-License-Identifier: Apache-2.0 */
/* The classic CLI's policy options: which statement says what of MD-CLI. */
#include "agents/sources/sros/classic.h"

#define END                                                                                    \
    {                                                                                          \
        NULL, NULL, NULL, NULL                                                                 \
    }

static bool next_is(const struct classic_line *l, const char *word)
{
    return l->n > 0 && slice_eq(l->words[0], word);
}

/** `prefix P longer`, `through 24`, `prefix-length-range 16-24`; `exact` unless said. */
static void take_prefix(struct classic_line *l)
{
    classic_go(l, "prefix * type");
    if (l->n == 0)
        classic_add(l, slice_of("exact"));
    else if (next_is(l, "through"))
        classic_go(l, "* through-length *");
    else if (next_is(l, "prefix-length-range") && classic_word(l).n > 0)
        classic_go(l, "*"); /* "16-24" */
    else
        classic_go(l, "*");
    l->n = 0;
}

/** `as-path "A" "65000 .*"`, or with `expression` before the expression, or below it. */
static void take_as_path(struct classic_line *l)
{
    classic_go(l, "as-path *");
    if (l->n > 0 && !next_is(l, "expression"))
        classic_put(l, "expression *");
}

/** `protocol bgp bgp-label`, `protocol ospf instance all`. */
static void take_protocol(struct classic_line *l)
{
    classic_go(l, "protocol name");
    while (l->n > 0 && !next_is(l, "instance") && !next_is(l, "all"))
        classic_put(l, "*");
    l->n = 0;
}

/** `community "A"`, `community expression "E"`. */
static void take_named(struct classic_line *l)
{
    classic_go(l, l->n > 1 && !l->quoted[0] ? "* *" : "name *");
}

static void take_neighbor(struct classic_line *l)
{
    classic_go(l, next_is(l, "prefix-list") ? "* *" : "ip-address *");
}

/** `action accept`, with changes below it. */
static void take_action(struct classic_line *l)
{
    if (l->n > 0)
        classic_put(l, "action-type *");
}

/** `as-path-prepend 65000 2`. */
static void take_prepend(struct classic_line *l)
{
    classic_put(l, "as-path *");
    if (l->n > 0)
        classic_put(l, "repeat *");
}

static const struct classic_rule prefix_list[] = {{"prefix", NULL, take_prefix, NULL}, END};
static const struct classic_rule community[] = {
    {"members", "member **", NULL, NULL}, {"expression", "expression *", NULL, NULL}, END};
static const struct classic_rule as_path[] = {{"expression", "expression *", NULL, NULL}, END};

static const struct classic_rule from[] = {{"prefix-list", "prefix-list **", NULL, NULL},
                                           {"protocol", NULL, take_protocol, NULL},
                                           {"community", "community", take_named, NULL},
                                           {"as-path", "as-path", take_named, NULL},
                                           {"neighbor", "neighbor", take_neighbor, NULL},
                                           {"family", "family **", NULL, NULL},
                                           {"origin", "origin *", NULL, NULL},
                                           END};
static const struct classic_rule action[] = {
    {"local-preference", "local-preference *", NULL, NULL},
    {"metric", "metric * *", NULL, NULL},
    {"as-path-prepend", "as-path-prepend", take_prepend, NULL},
    {"community", "community * **", NULL, NULL},
    {"next-hop", "next-hop *", NULL, NULL},
    {"next-hop-self", "next-hop-self", NULL, NULL},
    {"origin", "origin *", NULL, NULL},
    {"fc", "forwarding-class *", NULL, NULL},
    END};
static const struct classic_rule entry[] = {{"from", "from", NULL, from},
                                            {"to", "to", NULL, from},
                                            {"action", "action", take_action, action},
                                            END};
static const struct classic_rule statement[] = {
    {"entry", "entry *", NULL, entry},
    {"named-entry", "named-entry *", NULL, entry},
    {"default-action", "default-action", take_action, action},
    END};

const struct classic_rule classic_policy_options[] = {
    {"prefix-list", "prefix-list *", NULL, prefix_list},
    {"community", "community *", NULL, community},
    {"as-path", NULL, take_as_path, as_path},
    {"policy-statement", "policy-statement *", NULL, statement},
    END};
