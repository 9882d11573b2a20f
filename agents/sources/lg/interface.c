/* SPDX-License-Identifier: Apache-2.0 */
/* The interface that a text dialect is reading, and how it becomes a fact. */
#include "agents/sources/lg/text.h"

#include <string.h>

int lg_interface_open(struct lg_text *t, struct lg_interface *i, struct slice name,
                      struct err *e)
{
    if (name.n == 0 || name.n > LG_MAX_NAME || !str_is_utf8(name.p, name.n))
        return err_set(e, ERR_PARSE, "an interface's name that is too long or not UTF-8");
    fact_init(FACT_INTERFACE, &i->fact);
    lg_keep(i->name, name);
    memcpy(i->table, t->table, sizeof(i->table));
    i->parent[0] = '\0';
    i->fact.node = t->lg->node;
    i->fact.name = i->name;
    i->fact.table = i->table;
    i->open = true;
    return 0;
}

/* Addresses that no other router sees. */
static bool is_own(const struct addr *a)
{
    static const uint8_t loopback[16] = {[15] = 1};

    return a->family == 4 ? a->b[0] == 127 || a->b[0] == 0
                          : memcmp(a->b, loopback, sizeof(loopback)) == 0;
}

int lg_interface_addr(struct lg_text *t, struct lg_interface *i, struct slice word,
                      struct err *e)
{
    struct lg *lg = t->lg;
    struct ifaddrs_list *list = &i->fact.addrs;
    struct ifaddr a;

    if (word.n == 0 || memchr(word.p, '/', word.n) == NULL || !ifaddr_parse(word, &a))
        return 0;
    if (is_own(&a.addr)) {
        lg->skips.addresses++;
        return 0;
    }
    if (list->n >= LG_MAX_WORDS)
        return err_set(e, ERR_LIMIT, "more than %d addresses", LG_MAX_WORDS);
    lg->ifaddrs[list->n++] = a;
    list->v = lg->ifaddrs;
    return 1;
}

int lg_interface_put(struct lg_text *t, struct lg_interface *i, struct err *e)
{
    if (!i->open)
        return 0;
    i->open = false;
    i->fact.parent = i->parent[0] != '\0' ? i->parent : NULL;
    return lg_put(t->lg, FACT_INTERFACE, &i->fact, e);
}
