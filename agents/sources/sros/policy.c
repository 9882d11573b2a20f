/* SPDX-License-Identifier: Apache-2.0 */
/* Policy options: prefix lists, communities, AS paths, policy statements. */
#include <string.h>

#include "agents/sources/sros/model.h"
#include "net/asn.h"

static struct tree_node *option(struct sros *s, const char *kind, const char *name)
{
    struct tree_node *list =
        tree_get(s->t, s->root, rules_printf(&s->r, "policy-options %s", kind));
    struct tree_node *n = tree_find(s->t, list, slice_of(name));

    if (n != NULL)
        n->seen = true;
    return n;
}

static void unknown(struct sros *s, struct tree_node *n, struct rules_term *t, bool change)
{
    tree_note(&s->notes, n->line,
              change ? "policy-options: a change that can't be told"
                     : "policy-options: a condition that can't be told");
    tree_see(n);
    if (change)
        rules_change(&s->r, t, "unknown change");
    else
        rules_need(&s->r, t, "unknown condition");
}

/* ---- conditions */

/** A length that stands below the type, or beside it in the entry. */
static int64_t length_of(struct sros *s, struct tree_node *type, const char *word, int64_t bits)
{
    int64_t n = tree_number(s->t, type, word, (uint64_t)bits);

    if (n == TREE_NONE && type != NULL)
        n = tree_number(s->t, type->parent->parent, word, (uint64_t)bits);
    return n;
}

/** "16-24", of the classic CLI, which may have several of them for one prefix. */
static bool between(const char *word, int64_t bits, int64_t range[2])
{
    struct slice rest = slice_of(word), low;
    uint64_t from, to;

    if (!slice_split(&rest, '-', &low) || !slice_u64(low, (uint64_t)bits, &from) ||
        !slice_u64(rest, (uint64_t)bits, &to) || from > to)
        return false;
    range[0] = (int64_t)from;
    range[1] = (int64_t)to;
    return true;
}

/** `address-mask { mask-pattern 255.255.0.0 }` of 16 bits is the prefix itself; of others it
 * can't be told. */
static bool is_own_mask(struct sros *s, struct tree_node *type, const struct prefix *p)
{
    const char *pattern = tree_value(s->t, type, "mask-pattern");
    struct addr mask;

    if (pattern == NULL || !addr_parse(slice_of(pattern), &mask) ||
        mask.family != p->addr.family)
        return false;
    for (unsigned i = 0; i < addr_bits(&mask); i++) {
        if ((mask.b[i / 8] >> (7 - i % 8) & 1) != (i < p->len))
            return false;
    }
    return true;
}

/** `exact`, `longer`, `through { through-length N }`, `range { start-length, end-length }`;
 * NULL: nothing is said. */
static bool set_range(struct sros *s, struct tree_node *type, const struct prefix *p,
                      int64_t range[2])
{
    const char *word = type != NULL ? type->word : "exact";
    int64_t bits = addr_bits(&p->addr);

    range[0] = range[1] = FACT_NONE;
    if (strcmp(word, "exact") == 0)
        return true;
    if (strcmp(word, "address-mask") == 0)
        return is_own_mask(s, type, p);
    range[0] = p->len;
    range[1] = bits;
    if (strcmp(word, "longer") == 0)
        return true;
    if (strcmp(word, "through") == 0) {
        range[1] = length_of(s, type, "through-length", bits);
    } else if (strcmp(word, "range") == 0) {
        range[0] = length_of(s, type, "start-length", bits);
        range[1] = length_of(s, type, "end-length", bits);
    } else if (between(word, bits, range)) {
        return true;
    } else {
        return false;
    }
    return range[0] != TREE_NONE && range[1] != TREE_NONE && range[0] <= range[1];
}

/** A list under way: of either family. */
struct prefixes {
    struct rules_list of[2];
    bool fresh[2], has[2];
};

/** `to { to-prefix 10.1.0.0/16 }`: all on the way from the prefix to that one. */
static bool state_way(struct sros *s, struct tree_node *type, const struct prefix *from,
                      struct rules_list *l)
{
    static const int64_t exact[2] = {FACT_NONE, FACT_NONE};
    struct tree_node *list = tree_get(s->t, type, "to-prefix");
    struct prefix to;

    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n)) {
        if (!prefix_parse_loose(slice_of(n->word), &to) || !prefix_covers(from, &to))
            return false;
        for (unsigned len = from->len; l != NULL && len <= to.len; len++) {
            struct prefix p = prefix_of(&to.addr, len);

            rules_put_prefix(&s->r, l, true, &p, exact);
        }
    }
    return list != NULL && list->first != NULL;
}

/** One entry for each type of the same prefix; false when one can't be told. */
static bool state_prefix(struct sros *s, struct tree_node *n, struct prefixes *l)
{
    struct tree_node *types = tree_get(s->t, n, "type"), *type = tree_first(types);
    struct prefix p;
    int six;

    tree_see(types);
    if (!prefix_parse_loose(slice_of(n->word), &p))
        return false;
    six = p.addr.family == 6;
    do {
        bool way = type != NULL && strcmp(type->word, "to") == 0;
        int64_t range[2];

        if (way ? !state_way(s, type, &p, l->fresh[six] ? &l->of[six] : NULL)
                : !set_range(s, type, &p, range))
            return false;
        l->has[six] = true;
        if (l->fresh[six] && !way)
            rules_put_prefix(&s->r, &l->of[six], true, &p, range);
        type = type != NULL ? tree_next(type) : NULL;
    } while (type != NULL);
    return true;
}

/** States the list; which families it has; false when an entry can't be told. */
static bool state_prefixes(struct sros *s, struct tree_node *list, bool has[2])
{
    struct prefixes l = {.of = {{"prefix", list->word, 4, 0}, {"prefix", list->word, 6, 0}}};
    bool ok = true;

    for (int six = 0; six < 2; six++)
        l.fresh[six] = rules_open_list(&s->r, &l.of[six]);
    for (struct tree_node *n = tree_first(tree_get(s->t, list, "prefix")); n != NULL;
         n = tree_next(n))
        ok = state_prefix(s, n, &l) && ok;
    memcpy(has, l.has, sizeof(l.has));
    return ok && (has[0] || has[1]);
}

static void need_prefix_list(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    struct strs all = {0};

    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        struct tree_node *list = option(s, "prefix-list", c->word);
        bool has[2] = {false, false};

        if (list == NULL || !state_prefixes(s, list, has)) {
            tree_note(&s->notes, c->line, "policy-options: prefixes that can't be told");
            rules_push(&s->r, &all, "unknown prefix-list");
            continue;
        }
        for (int six = 0; six < 2; six++) {
            if (has[six])
                rules_push(&s->r, &all,
                           rules_printf(&s->r, "prefix-list%d %s", six ? 6 : 4, c->word));
        }
    }
    if (all.n > 0)
        rules_need_one(&s->r, t, &all);
}

static const char *protocol_word(const char *word)
{
    static const char *const names[][2] = {
        {"direct", "connected"},    {"direct-interface", "connected"},
        {"static", "static"},       {"isis", "isis"},
        {"ospf", "ospf"},           {"ospfv3", "ospf3"},
        {"ospf3", "ospf3"},         {"bgp", "bgp"},
        {"aggregate", "aggregate"}, {"bgp-label", "bgp"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strcmp(word, names[i][0]) == 0)
            return names[i][1];
    }
    return NULL;
}

/** `protocol { name [bgp static] }`. */
static void need_protocol(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    struct tree_node *names = tree_get(s->t, n, "name");
    struct strs all = {0};

    for (struct tree_node *c = tree_first(names); c != NULL; c = tree_next(c)) {
        const char *word = protocol_word(c->word);

        rules_push(&s->r, &all,
                   word != NULL ? rules_printf(&s->r, "source-protocol %s", word)
                                : "unknown protocol");
    }
    if (all.n > 0)
        rules_need_one(&s->r, t, &all);
    else
        unknown(s, n, t, false);
}

/** The list of a named community: all its members. NULL when it can't be told. */
static const char *state_community(struct sros *s, const char *name, bool each)
{
    struct tree_node *n = option(s, "community", name), *members = tree_get(s->t, n, "member");
    struct rules_list l = {.kind = "community",
                           .name = each ? rules_printf(&s->r, "%s (each)", name) : name};
    const char *value = "", *one = NULL;
    size_t count = 0, expressions = 0, large = 0;

    for (struct tree_node *m = tree_first(members); m != NULL; m = tree_next(m), count++) {
        enum rules_community kind = rules_community(&s->r, m->word, &one);

        if (kind == RULES_NO_COMMUNITY || kind == RULES_EXTENDED)
            return NULL;
        expressions += kind == RULES_COMMUNITIES;
        large += kind == RULES_LARGE_COMMUNITY;
        value = rules_printf(&s->r, "%s%s%s", value, *value != '\0' ? " " : "", one);
    }
    if (count == 0 || (expressions > 0 && count > 1) || (large > 0 && large != count) ||
        (each && count > 1 && expressions > 0))
        return NULL;
    if (large > 0)
        l.kind = "large-community";
    if (rules_open_list(&s->r, &l)) {
        struct slice rest = slice_of(value), word;

        while (each ? slice_word(&rest, &word) : rest.p != NULL) {
            struct fact_match_list f = rules_entry(
                &s->r, &l, true,
                each && expressions == 0 ? rules_printf(&s->r, "%.*s", (int)word.n, word.p)
                                         : value);

            f.expanded = expressions > 0 ? 1 : FACT_NONE;
            rules_put_entry(&s->r, &f);
            if (!each || expressions > 0)
                break;
        }
    }
    return rules_printf(&s->r, "%s %s", l.kind, l.name);
}

/** `community { name "X" }`; an expression of several can't be told. */
static void need_community(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    const char *name = tree_value(s->t, n, "name");
    const char *text = name != NULL ? state_community(s, name, false) : NULL;

    if (text != NULL)
        rules_need(&s->r, t, text);
    else
        unknown(s, n, t, false);
}

static void need_as_path(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    const char *name = tree_value(s->t, n, "name");
    struct tree_node *path = name != NULL ? option(s, "as-path", name) : NULL;
    const char *expression = tree_value(s->t, path, "expression");
    const char *text = expression != NULL ? rules_as_path(&s->r, expression) : NULL;
    struct rules_list l = {"as-path", name, 0, 0};

    if (text == NULL) {
        unknown(s, n, t, false);
        return;
    }
    if (rules_open_list(&s->r, &l)) {
        struct fact_match_list f = rules_entry(&s->r, &l, true, text);

        rules_put_entry(&s->r, &f);
    }
    rules_need(&s->r, t, rules_printf(&s->r, "as-path %s", name));
}

static void need_neighbor(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    const char *word = tree_value(s->t, n, "ip-address");
    char text[ADDR_TEXT];
    struct addr a;

    if (word != NULL && addr_parse(slice_of(word), &a))
        rules_need(&s->r, t, rules_printf(&s->r, "peer %s", addr_format(&a, text)));
    else
        unknown(s, n, t, false);
}

static void need_origin(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    const char *word = n->first != NULL ? tree_first(n)->word : "";

    if (strcmp(word, "igp") == 0 || strcmp(word, "egp") == 0 || strcmp(word, "incomplete") == 0)
        rules_need(&s->r, t, rules_printf(&s->r, "origin %s", word));
    else
        unknown(s, n, t, false);
}

/** `family [ipv4 ipv6]`. */
static void need_family(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    struct strs all = {0};

    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        int family = strcmp(c->word, "ipv4") == 0 ? 4 : strcmp(c->word, "ipv6") == 0 ? 6 : 0;
        struct rules_list l = {"prefix", "(any)", family, 0};

        if (family != 0 && rules_open_list(&s->r, &l)) {
            struct fact_match_list f = rules_entry(&s->r, &l, true, "any");

            rules_put_entry(&s->r, &f);
        }
        rules_push(&s->r, &all,
                   family != 0 ? rules_printf(&s->r, "prefix-list%d (any)", family)
                               : "unknown family");
    }
    if (all.n > 0)
        rules_need_one(&s->r, t, &all);
}

typedef void clause(struct sros *, struct tree_node *, struct rules_term *);

struct word {
    const char *word;
    clause *take;
};

/** Hands each child to the clause of its word; others can't be told. */
static void take_all(struct sros *s, struct tree_node *n, struct rules_term *t,
                     const struct word *words)
{
    bool change = words[0].take == NULL; /* the table's first line says what it is for */

    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        const struct word *w = words + 1;

        while (w->word != NULL && strcmp(w->word, c->word) != 0)
            w++;
        if (w->word == NULL)
            unknown(s, c, t, change);
        else if (w->take != NULL)
            w->take(s, c, t);
        else
            tree_see(c);
    }
}

/* ---- changes */

static void change_preference(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    uint64_t number;

    if (n->first != NULL && slice_u64(slice_of(tree_first(n)->word), UINT32_MAX, &number))
        rules_change(&s->r, t, rules_printf(&s->r, "local-preference %u", (unsigned)number));
    else
        unknown(s, n, t, true);
}

/** `metric { set 10 }`, `metric { add 5 }`. */
static void change_metric(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    static const char *const how[][2] = {{"set", ""}, {"add", "+"}, {"subtract", "-"}};

    for (size_t i = 0; i < 3; i++) {
        int64_t number = tree_number(s->t, n, how[i][0], UINT32_MAX);

        if (number != TREE_NONE) {
            rules_change(&s->r, t,
                         rules_printf(&s->r, "med %s%lld", how[i][1], (long long)number));
            return;
        }
    }
    unknown(s, n, t, true);
}

/** `as-path-prepend { as-path 65000, repeat 2 }`. */
static void change_prepend(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    const char *word = tree_value(s->t, n, "as-path"), *all = "";
    int64_t times = tree_number(s->t, n, "repeat", 50);
    uint32_t asn;

    if (word == NULL || !asn_parse(slice_of(word), &asn)) {
        unknown(s, n, t, true);
        return;
    }
    for (int64_t i = 0; i < (times != TREE_NONE ? times : 1); i++)
        all = rules_printf(&s->r, "%s %u", all, asn);
    rules_change(&s->r, t, rules_printf(&s->r, "as-path-prepend%s", all));
}

static void add_members(struct sros *s, struct tree_node *names, struct rules_term *t)
{
    for (struct tree_node *c = tree_first(names); c != NULL; c = tree_next(c)) {
        struct tree_node *n = option(s, "community", c->word);
        struct tree_node *members = tree_get(s->t, n, "member");
        const char *one = NULL;

        for (struct tree_node *m = tree_first(members); m != NULL; m = tree_next(m)) {
            enum rules_community kind = rules_community(&s->r, m->word, &one);

            if (kind == RULES_COMMUNITY)
                rules_change(&s->r, t, rules_printf(&s->r, "community-add %s", one));
            else if (kind == RULES_LARGE_COMMUNITY)
                rules_change(&s->r, t, rules_printf(&s->r, "large-community-add %s", one));
            else if (kind != RULES_EXTENDED)
                unknown(s, c, t, true);
        }
        if (members == NULL)
            unknown(s, c, t, true);
    }
}

/** `community { remove ["A"] add ["B"] replace ["C"] }`: removed before added. */
static void change_community(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    struct tree_node *gone = tree_get(s->t, n, "remove");
    struct tree_node *all = tree_get(s->t, n, "replace");

    for (struct tree_node *c = tree_first(gone); c != NULL; c = tree_next(c)) {
        const char *text = state_community(s, c->word, true);
        const char *blank = text != NULL ? strchr(text, ' ') : NULL;

        if (blank == NULL)
            unknown(s, c, t, true);
        else
            rules_change(
                &s->r, t,
                rules_printf(&s->r, "%.*s-delete%s", (int)(blank - text), text, blank));
    }
    if (all != NULL) {
        rules_change(&s->r, t, "community-none");
        rules_change(&s->r, t, "large-community-none");
        add_members(s, all, t);
    }
    add_members(s, tree_get(s->t, n, "add"), t);
}

static void change_next_hop(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    const char *word = n->first != NULL ? tree_first(n)->word : "";
    char text[ADDR_TEXT];
    struct addr a;

    if (strcmp(word, "self") == 0)
        rules_change(&s->r, t, "next-hop self");
    else if (addr_parse(slice_of(word), &a))
        rules_change(&s->r, t, rules_printf(&s->r, "next-hop %s", addr_format(&a, text)));
    else
        unknown(s, n, t, true);
}

static void change_origin(struct sros *s, struct tree_node *n, struct rules_term *t)
{
    const char *word = n->first != NULL ? tree_first(n)->word : "";

    if (strcmp(word, "igp") == 0 || strcmp(word, "egp") == 0 || strcmp(word, "incomplete") == 0)
        rules_change(&s->r, t, rules_printf(&s->r, "origin %s", word));
    else
        unknown(s, n, t, true);
}

/* ---- entries */

static const struct word conditions[] = {
    {"", need_origin}, /* conditions */
    {"prefix-list", need_prefix_list},
    {"protocol", need_protocol},
    {"community", need_community},
    {"as-path", need_as_path},
    {"neighbor", need_neighbor},
    {"family", need_family},
    {"origin", need_origin},
    {NULL, NULL},
};

static const struct word actions[] = {
    {"", NULL}, /* changes */
    {"action-type", NULL},
    {"local-preference", change_preference},
    {"metric", change_metric},
    {"as-path-prepend", change_prepend},
    {"community", change_community},
    {"next-hop", change_next_hop},
    {"next-hop-self", NULL},
    {"origin", change_origin},
    {"damping", NULL},
    {"forwarding-class", NULL},
    {"sticky-ecmp", NULL},
    {"source-class", NULL},
    {"destination-class", NULL},
    {NULL, NULL},
};

static enum rules_action action_of(struct sros *s, struct tree_node *action)
{
    const char *type = tree_value(s->t, action, "action-type");

    if (type == NULL || strcmp(type, "accept") == 0)
        return RULES_ACCEPT;
    if (strcmp(type, "next-entry") == 0)
        return RULES_NEXT_TERM;
    return strcmp(type, "next-policy") == 0 ? RULES_NEXT_POLICY : RULES_REJECT;
}

static void read_action(struct sros *s, struct tree_node *action, struct rules_term *t)
{
    t->action = action_of(s, action);
    take_all(s, action, t, actions);
    if (sros_true(s, action, "next-hop-self"))
        rules_change(&s->r, t, "next-hop self");
}

enum where { HERE, ELSEWHERE, UNTOLD };

/** `to { protocol { name [bgp] } }` of an export policy: where routes go. */
static enum where goes_to(struct sros *s, struct tree_node *to, enum sros_use use)
{
    static const char *const targets[] = {"", "bgp", "isis", "ospf", "ospf3"};
    struct tree_node *protocol = tree_get(s->t, to, "protocol");
    struct tree_node *names = tree_get(s->t, protocol, "name");

    if (to == NULL || to->first == NULL)
        return HERE;
    s->has_to = true;
    if (use == SROS_IMPORT)
        return HERE;
    if (use == SROS_USES || names == NULL || to->first != protocol || protocol->next != NULL)
        return UNTOLD;
    for (struct tree_node *c = tree_first(names); c != NULL; c = tree_next(c)) {
        const char *word = protocol_word(c->word);

        if (word != NULL && strcmp(word, targets[use]) == 0)
            return HERE;
    }
    return ELSEWHERE;
}

/** An entry without action does nothing. */
static void read_entry(struct sros *s, struct tree_node *n, enum sros_use use,
                       struct rules_policy *p)
{
    struct tree_node *action = tree_get(s->t, n, "action"), *to = tree_get(s->t, n, "to");
    enum where where = goes_to(s, to, use);
    struct rules_term *t =
        action != NULL && where != ELSEWHERE ? rules_add_term(&s->r, p) : NULL;

    if (t == NULL)
        return;
    take_all(s, tree_get(s->t, n, "from"), t, conditions);
    if (where == UNTOLD)
        unknown(s, to, t, false);
    read_action(s, action, t);
}

/** The default action is the last term. */
static const struct rules_policy *read_policy(struct sros *s, struct tree_node *n,
                                              enum sros_use use)
{
    static const char *const lists[] = {"entry", "named-entry"};
    struct rules_policy *p = ARENA_NEW(s->t->arena, struct rules_policy);
    struct tree_node *last = tree_get(s->t, n, "default-action");

    if (p == NULL)
        return NULL;
    p->name = n->word;
    for (size_t i = 0; i < 2; i++) {
        struct tree_node *list = tree_get(s->t, n, lists[i]);

        for (struct tree_node *e = tree_first(list); e != NULL; e = tree_next(e))
            read_entry(s, e, use, p);
    }
    if (last != NULL) {
        struct rules_term *t = rules_add_term(&s->r, p);

        if (t != NULL)
            read_action(s, last, t);
    }
    return p;
}

static void read_policies(struct sros *s, enum sros_use use)
{
    struct tree_node *list = tree_get(s->t, s->root, "policy-options policy-statement");

    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n)) {
        union map_value *at = map_at_str(s->policies[use], n->word);

        if (at != NULL)
            at->cp = read_policy(s, n, use);
    }
}

void sros_read_policies(struct sros *s)
{
    read_policies(s, SROS_USES);
}

void sros_state_policies(struct sros *s)
{
    const struct map *all = s->policies[SROS_USES];

    for (size_t i = 0; i < map_count(all); i++) {
        const struct rules_policy *p = map_entry(all, i)->value.cp;

        if (p != NULL)
            rules_put_chain(&s->r, p->name, &p, 1, RULES_ACCEPT_ALL);
    }
}

/** Read anew when an entry may depend on the use. */
static const struct map *policies_for(struct sros *s, enum sros_use use)
{
    if (!s->has_to)
        return s->policies[SROS_USES];
    if (s->policies[use] == NULL) {
        s->policies[use] = map_new();
        if (s->policies[use] == NULL)
            return s->policies[SROS_USES];
        read_policies(s, use);
    }
    return s->policies[use];
}

size_t sros_chain(struct sros *s, struct tree_node *list, enum sros_use use,
                  const struct rules_policy **v)
{
    return rules_chain(&(struct rules_book){&s->r, &s->notes, policies_for(s, use)}, list, v);
}
