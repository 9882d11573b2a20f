/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ALTO requests: the first byte chooses the decoder. What is accepted must be whole: every text
 * and address that was promised is there, no entry twice. Both ways of reading a question for
 * costs agree.
 */
#include <assert.h>
#include <string.h>

#include "unit/core/wire/same_question.h"
#include "wire/cdni.h"

static void check_names(const struct wire_names *names)
{
    assert(names->present || names->n == 0);
    for (size_t i = 0; i < names->n; i++) {
        for (size_t k = 0; k < i && k < 64; k++)
            assert(strcmp(names->v[i], names->v[k]) != 0);
    }
}

static void check_endpoints(const struct wire_endpoints *list)
{
    for (size_t i = 0; i < list->n; i++) {
        struct addr again;
        assert(wire_typed_address(slice_of(list->v[i].text), &again));
        assert(addr_eq(&again, &list->v[i].addr));
    }
}

static void check_ask(const struct wire_cost_ask *ask)
{
    double cost[1000] = {0};
    size_t tested = ask->testable.n > 0 ? ask->testable.n : ask->types.n;
    for (size_t i = 0; i < ask->types.n; i++)
        assert(ask->types.v[i].mode && ask->types.v[i].metric);
    for (size_t i = 0; i < ask->n_any; i++) {
        for (size_t k = 0; k < ask->any[i].n; k++)
            assert(ask->any[i].v[k].index == 0 || ask->any[i].v[k].index < tested);
    }
    wire_constraints_hold(ask, cost);
}

/* What is read without a tree is right, and what a tree makes of it. */
static void check_plain(const struct wire_input *in, const struct wire_dialect *d,
                        const struct wire_cost_params *out)
{
    struct wire_cost_params plain, tree;
    struct wire_problem p;
    if (!request_plain(in, &plain))
        return;
    assert(request_by_tree(in, d, &tree, &p) == WIRE_OK);
    assert(same_question(&plain, &tree) && same_question(out, &tree));
}

static enum wire_code costs(const struct wire_input *in, bool flows, struct wire_problem *p)
{
    const struct wire_dialect d = {.multi = !flows, .calendars = !flows, .flows = flows};
    struct wire_cost_params f;
    enum wire_code code = wire_cost_params(in, &d, &f, p);
    if (code != WIRE_OK)
        return code;
    check_plain(in, &d, &f);
    assert(f.flows || (f.n_groups == 1 && f.ask.types.n > 0));
    check_ask(&f.ask);
    for (size_t i = 0; i < f.n_groups; i++) {
        assert(f.groups[i].srcs.n + f.groups[i].dsts.n > 0);
        check_endpoints(&f.groups[i].srcs);
        check_endpoints(&f.groups[i].dsts);
    }
    check_names(&f.properties);
    return code;
}

static enum wire_code decode(unsigned which, const struct wire_input *in,
                             struct wire_problem *p)
{
    struct wire_network_filter network = {0};
    const struct wire_dialect full = {.multi = true, .calendars = true};
    struct wire_cost_filter filter = {0};
    struct wire_cdni cdni;
    struct wire_property_params properties = {0};
    struct wire_entity_params entities = {0};
    enum wire_code code;
    switch (which) {
    case 0:
        code = wire_network_filter(in, &network, p);
        check_names(&network.pids);
        break;
    case 1:
        code = wire_cost_filter(in, &full, &filter, p);
        assert(code != WIRE_OK || filter.ask.types.n > 0);
        if (code == WIRE_OK)
            check_ask(&filter.ask);
        break;
    case 2:
        code = wire_property_params(in, &properties, p);
        assert(code != WIRE_OK || (properties.endpoints.n > 0 && properties.properties.n > 0));
        break;
    case 3:
        code = wire_entity_params(in, &entities, p);
        assert(code != WIRE_OK || entities.entities.present);
        break;
    case 6:
        code = wire_cdni_filter(in, &cdni, p);
        for (size_t i = 0; code == WIRE_OK && i < cdni.n; i++)
            assert(wire_capability_has(&cdni.v[i], &cdni.v[i]));
        break;
    default:
        code = costs(in, which == 4, p);
        break;
    }
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct wire_limits limits = {.depth = 16, .elements = 1000};
    struct wire_problem p = {0};
    if (size == 0)
        return 0;
    struct arena *a = arena_new((size_t)64 << 20);
    struct wire_input in = {(const char *)data + 1, size - 1, &limits, a};
    enum wire_code code = decode(data[0] % 7, &in, &p);
    assert(code == WIRE_OK || code == p.code);
    arena_free(&a);
    return 0;
}
