/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Junos, `show ... | display xml` and `| display json`. Both have the same elements; JSON wraps
 * every value ([{"data": "x"}]), XML puts white space around it.
 */
#include "agents/sources/lg/junos_data.h"

#include <stdio.h>
#include <string.h>

#include "agents/sources/lg/dialects.h"
#include "agents/sources/lg/entry.h"
#include "agents/sources/lg/junos.h"
#include "agents/sources/lg/xml.h"

const struct lg_tree *lg_junos_first(const struct lg_tree *t, const char *name)
{
    const struct lg_tree *m = lg_get(t, name);

    return m != NULL && m->type == JREAD_ARRAY ? m->first : m;
}

const struct lg_tree *lg_junos_next(const struct lg_tree *t)
{
    const struct lg_tree *n = t->next;

    if (t->key == NULL)
        return n;
    while (n != NULL && strcmp(n->key, t->key) != 0)
        n = n->next;
    return n;
}

int lg_junos_output(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice s = lg_text(t);

    if (s.n == 0)
        return 0;
    (void)w;
    return lg_tree_fail(t, e, junos_refuses(s) ? ERR_REMOTE : ERR_NOENT,
                        "the router says: %.*s", (int)(s.n < 160 ? s.n : 160), s.p);
}

/* --- sessions --- */

/* "10.12.0.2+59985": with the port of TCP. */
static int read_endpoint(const struct lg_tree *t, const char *name, struct addr *out,
                         struct err *e)
{
    const struct lg_tree *m = lg_get(t, name);
    struct slice s = lg_text(m), addr;

    if (s.n == 0)
        return 0;
    slice_split(&s, '+', &addr);
    if (addr_parse(addr, out))
        return 0;
    return lg_tree_fail(t, e, ERR_SCHEMA, "%s: \"%.*s\" is no address", name,
                        (int)(addr.n < 60 ? addr.n : 60), addr.p);
}

/* A chain of several policies is none that has a name. */
static const char *policy(struct lg *lg, const struct lg_tree *t, const char *path)
{
    const char *name = lg_str(lg, t, path);

    return name != NULL && strpbrk(name, " \t\n[(&|!") == NULL ? name : NULL;
}

static void read_families(struct lg *lg, const struct lg_tree *t, unsigned *families)
{
    struct slice s = lg_text(lg_get(t, "nlri-type-session")), word;

    if (s.n == 0)
        s = lg_text(lg_get(t, "nlri-type-peer"));
    while (slice_word(&s, &word))
        lg_add_family(lg, word, families);
    if (*families != 0)
        return;
    for (const struct lg_tree *r = lg_junos_first(t, "bgp-rib"); r != NULL;
         r = lg_junos_next(r)) {
        struct slice name = lg_text(lg_get(r, "name")), table;
        int64_t family;

        if (name.n > 0)
            lg_add_family_number(lg, junos_table(name, &table, &family) ? (int)family : 0,
                                 families);
    }
}

/* The instance: said, or before the name of the table ("CUSTOMERS.inet.0"). */
static const char *instance_of(struct lg *lg, const struct lg_tree *t)
{
    const char *name = lg_str(lg, t, "peer-cfg-rti");
    char *rib;

    if (name != NULL)
        return strcmp(name, "master") == 0 ? "" : name;
    rib = (char *)(uintptr_t)lg_str(lg, lg_junos_first(t, "bgp-rib"), "name");
    if (rib == NULL)
        return "";
    for (char *p = rib; (p = strstr(p, ".inet")) != NULL; p++) {
        if (p > rib) {
            *p = '\0';
            return rib;
        }
    }
    return "";
}

int lg_junos_peer(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct lg *lg = w->lg;
    struct slice type = lg_text(lg_get(t, "peer-type"));
    struct fact_bgp_session f;
    unsigned families = 0;
    int rc;

    lg_session_start(lg, &f, instance_of(lg, t));
    lg_session_state(&f, lg_text(lg_get(t, "peer-state")));
    if (type.n > 0)
        f.external = slice_starts(type, "External");
    f.import_policy = policy(lg, t, "bgp-option-information/import-policy");
    f.export_policy = policy(lg, t, "bgp-option-information/export-policy");
    read_families(lg, t, &families);
    rc = read_endpoint(t, "peer-address", &f.peer_addr, e);
    if (rc == 0)
        rc = read_endpoint(t, "local-address", &f.local_addr, e);
    if (rc == 0)
        rc = lg_get_asn(t, "peer-as", &f.peer_asn, e);
    if (rc == 0)
        rc = lg_get_asn(t, "local-as", &f.local_asn, e);
    if (rc == 0 && !addr_is_set(&f.peer_addr))
        return lg_tree_fail(t, e, ERR_SCHEMA, "peer-address is missing");
    return rc == 0 ? lg_put_session(lg, &f, families, e) : rc;
}

/* --- neighbours on links --- */

int lg_junos_ospf(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    if (!slice_eq(lg_text(lg_get(t, "ospf-neighbor-state")), "Full"))
        return 0;
    return lg_put_link(w->lg, lg_str(w->lg, t, "interface-name"),
                       lg_str(w->lg, t, "neighbor-id"), "ospf", e);
}

int lg_junos_isis(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    if (!slice_eq(lg_text(lg_get(t, "adjacency-state")), "Up"))
        return 0;
    return lg_put_link(w->lg, lg_str(w->lg, t, "interface-name"),
                       lg_str(w->lg, t, "system-name"), "isis", e);
}

int lg_junos_lldp(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct fact_link f;
    const char *near = lg_str(w->lg, t, "lldp-local-port-id");

    fact_init(FACT_LINK, &f);
    f.a_node = w->lg->node;
    f.a_interface = near != NULL ? near : lg_str(w->lg, t, "lldp-local-interface");
    f.b_node = lg_str(w->lg, t, "lldp-remote-system-name");
    f.b_interface = lg_str(w->lg, t, "lldp-remote-port-id");
    f.protocol = "lldp";
    return f.b_node != NULL ? lg_put(w->lg, FACT_LINK, &f, e) : 0;
}

/* --- the dialects --- */

static int tell_tables(struct lg *lg, const struct lg_junos *j, int rc)
{
    char text[96];

    if (rc == 0 && j->skipped > 0) {
        snprintf(text, sizeof(text),
                 "%zu destinations in tables other than inet, inet6 and "
                 "bgp.l3vpn",
                 j->skipped);
        lg->sink->ignore(lg->sink, "routes", text);
    }
    return rc;
}

static const struct lg_rule xml_rules[] = {
    {"table-name", lg_junos_table},
    {"rt", lg_junos_rt},
    {"physical-interface", lg_junos_interface},
    {"bgp-peer", lg_junos_peer},
    {"ospf-neighbor", lg_junos_ospf},
    {"isis-adjacency", lg_junos_isis},
    {"lldp-neighbor-information", lg_junos_lldp},
    {"instance-core", lg_take_nothing},
    {"software-information", lg_take_nothing},
    {"output", lg_junos_output},
    {NULL, NULL},
};

static int parse_xml(struct lg *lg, struct slice text, struct err *e)
{
    struct lg_junos j = {.table = "", .family = 0};
    struct lg_walk w = {.lg = lg, .rules = xml_rules, .state = &j};

    return tell_tables(lg, &j, lg_xml(&w, slice_trim(text), e));
}

static bool contains(struct slice text, const char *word)
{
    return memmem(text.p, text.n, word, strlen(word)) != NULL;
}

static int xml_likeness(const struct agent_file *f)
{
    static const char *const marks[] = {
        "<route-information",         "<interface-information",      "<bgp-information",
        "<ospf-neighbor-information", "<isis-adjacency-information", "xml.juniper.net",
        "<lldp-neighbors-information"};
    struct slice head = slice_trim(agent_file_head(f));

    if (head.n == 0 || head.p[0] != '<' || slice_starts(head, "<!DOCTYPE"))
        return 0;
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
        if (contains(head, marks[i]))
            return 90;
    }
    return 0;
}

static const char *const xml_requests[] = {"show route | display xml",
                                           "show interfaces | display xml",
                                           "show bgp neighbor | display xml", NULL};
static const struct lg_form xml_form = {parse_xml, "junos", xml_requests};

const struct agent_dialect lg_dialect_junos_xml = {
    .name = "junos-xml",
    .summary = "Junos, `show route|interfaces|bgp|... | display xml`",
    .likeness = xml_likeness,
    .read = lg_read_file,
    .parser = &xml_form,
};

#define RULES(at)                                                                              \
    {at "route-information/*/route-table/*/table-name", lg_junos_table},                       \
        {at "route-information/*/route-table/*/rt/*", lg_junos_rt},                            \
        {at "interface-information/*/physical-interface/*", lg_junos_interface},               \
        {at "bgp-information/*/bgp-peer/*", lg_junos_peer},                                    \
        {at "ospf-neighbor-information/*/ospf-neighbor/*", lg_junos_ospf},                     \
        {at "isis-adjacency-information/*/isis-adjacency/*", lg_junos_isis},                   \
        {at "lldp-neighbors-information/*/lldp-neighbor-information/*", lg_junos_lldp},        \
        {at "instance-information", lg_take_nothing},                                          \
        {at "software-information", lg_take_nothing},                                          \
    {                                                                                          \
        at "output", lg_junos_output                                                           \
    }

static const struct lg_rule json_rules[] = {
    RULES(""),
    RULES("multi-routing-engine-results/*/multi-routing-engine-item/*/"),
    {NULL, NULL}};

/* "{master:0}": which routing engine answers; no JSON. */
static bool is_banner(struct slice line)
{
    line = slice_trim(line);
    return line.n > 2 && line.p[0] == '{' && line.p[1] >= 'a' && line.p[1] <= 'z';
}

/* Without the lines of the terminal around the document: command, banner, prompt. */
static struct slice document(struct slice text)
{
    struct slice rest = text, line;

    while (slice_line(&rest, &line)) {
        struct slice s = slice_trim(line);

        if (s.n > 0 && s.p[0] == '{' && !is_banner(s))
            break;
        text = rest;
    }
    text = slice_trim(text);
    for (const char *last; (last = memrchr(text.p, '\n', text.n)) != NULL;) {
        line = (struct slice){last + 1, text.n - (size_t)(last + 1 - text.p)};
        if (!is_banner(line))
            break;
        text = slice_trim((struct slice){text.p, (size_t)(last - text.p)});
    }
    return text;
}

static int parse_json(struct lg *lg, struct slice text, struct err *e)
{
    struct lg_junos j = {.table = "", .family = 0};
    struct lg_walk w = {.lg = lg, .rules = json_rules, .state = &j};
    struct slice body = document(text);

    if (body.n == 0)
        return err_set(e, ERR_PARSE, "1:1: there is no JSON in it");
    return tell_tables(lg, &j, lg_walk_text(&w, body, e));
}

static int json_likeness(const struct agent_file *f)
{
    static const char *const marks[] = {"route-information",
                                        "interface-information",
                                        "bgp-information",
                                        "ospf-neighbor-information",
                                        "isis-adjacency-information",
                                        "lldp-neighbors-information",
                                        "instance-information",
                                        "software-information",
                                        "multi-routing-engine-results",
                                        "output/*/data",
                                        NULL};
    struct slice body = document(agent_file_head(f));

    return body.n > 0 && lg_marks(body, marks) != 0 ? 90 : 0;
}

static const char *const json_requests[] = {"show route | display json",
                                            "show interfaces | display json",
                                            "show bgp neighbor | display json", NULL};
static const struct lg_form json_form = {parse_json, "junos", json_requests};

const struct agent_dialect lg_dialect_junos_json = {
    .name = "junos-json",
    .summary = "Junos, `show route|interfaces|bgp|... | display json`",
    .likeness = json_likeness,
    .read = lg_read_file,
    .parser = &json_form,
};
