/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pSConfig: which hosts a mesh of tests has.
 *
 *   addresses {NAME: {"address", "host", "labels": {L: {"address"}},
 *              "remote-addresses": {R: {"address", "labels"}}}}
 *   hosts     {NAME: {...}}
 *
 * All addresses of an entry are its host's; an entry without host is one itself. What is tested
 * between them, and where results go, is not stated.
 */
#include "agents/sources/perfsonar/ps.h"

static int add_addresses(struct ps *ps, struct ps_host *h, const struct jnode *entry,
                         struct err *e);

static int add_map(struct ps *ps, struct ps_host *h, const struct jnode *map, struct err *e)
{
    int rc = 0;

    for (const struct jnode *m = jnode_first(map); m != NULL && rc == 0; m = m->next)
        rc = add_addresses(ps, h, m, e);
    return rc;
}

/* The reader's limit of depth bounds the recursion. */
static int add_addresses(struct ps *ps, struct ps_host *h, const struct jnode *entry,
                         struct err *e)
{
    struct slice address = jnode_slice(jnode_get(entry, "address"));
    int rc = address.n > 0 ? ps_host_add(ps, h, address, e) : 0;

    if (rc == 0)
        rc = add_map(ps, h, jnode_get(entry, "labels"), e);
    if (rc == 0)
        rc = add_map(ps, h, jnode_get(entry, "remote-addresses"), e);
    return rc;
}

static int read_address(struct ps *ps, const struct jnode *entry, struct err *e)
{
    struct slice host = jnode_slice(jnode_get(entry, "host"));
    struct ps_host *h;

    if (!jnode_is(entry, JREAD_OBJECT)) {
        ps_wrong(ps, "address \"%.60s\" is no object", entry->key.p);
        return 0;
    }
    if (jnode_bool(jnode_get(entry, "disabled"), false)) {
        ps_skip(ps, "address \"%.60s\" is disabled", entry->key.p);
        return 0;
    }
    h = ps_host(ps, host.n > 0 ? host : entry->key, e);
    if (h == NULL)
        return e->code;
    h->node = true;
    return add_addresses(ps, h, entry, e);
}

static int read_host(struct ps *ps, const struct jnode *entry, struct err *e)
{
    struct ps_host *h;

    if (jnode_bool(jnode_get(entry, "disabled"), false)) {
        ps_skip(ps, "host \"%.60s\" is disabled", entry->key.p);
        return 0;
    }
    h = ps_host(ps, entry->key, e);
    if (h == NULL)
        return e->code;
    h->node = true;
    return 0;
}

static int visit(struct ps *ps, const struct jnode *doc, struct err *e)
{
    const struct jnode *addresses = jnode_get(doc, "addresses");
    const struct jnode *hosts = jnode_get(doc, "hosts");
    int rc = 0;

    if (!jnode_is(addresses, JREAD_OBJECT) && !jnode_is(hosts, JREAD_OBJECT)) {
        ps_wrong(ps, "a mesh without \"addresses\" and \"hosts\"");
        return 0;
    }
    for (const struct jnode *m = jnode_first(hosts); m != NULL && rc == 0; m = m->next)
        rc = read_host(ps, m, e);
    for (const struct jnode *m = jnode_first(addresses); m != NULL && rc == 0; m = m->next)
        rc = read_address(ps, m, e);
    if (jnode_get(doc, "includes") != NULL)
        ps_skip(ps, "\"includes\" are not followed: name them as meshes of their own");
    return rc;
}

static int parse(struct ps *ps, struct jread *r, struct err *e)
{
    return ps_each(ps, r, visit, e);
}

static int likeness(const struct agent_file *f)
{
    static const char *const others[] = {"groups",          "tests",    "tasks",
                                         "schedules",       "archives", "includes",
                                         "address-classes", "contexts", "hosts"};
    struct jsniff s;
    int points = 0;

    jsniff(agent_file_head(f), &s);
    if (s.array || (!jsniff_has(&s, "", "addresses") && !jsniff_has(&s, "", "hosts")))
        return 0;
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        points += jsniff_has(&s, "", others[i]) ? 25 : 0;
    if (jsniff_has(&s, "", "addresses"))
        points += 20;
    return points >= 45 ? (points < 95 ? points : 95) : 0;
}

static const struct ps_form form = {parse};

const struct agent_dialect ps_dialect_psconfig = {
    .name = "psconfig",
    .summary = "pSConfig meshes: the hosts and their addresses",
    .likeness = likeness,
    .read = ps_read_file,
    .parser = &form,
};
