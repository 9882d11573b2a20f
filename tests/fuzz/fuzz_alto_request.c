/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ALTO requests: the first byte chooses the decoder. What is accepted must be whole: every text
 * and address that was promised is there, no entry twice.
 */
#include <assert.h>
#include <string.h>

#include "wire/request.h"

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

static enum wire_code costs(const struct wire_input *in, bool flows, struct wire_problem *p)
{
    struct wire_cost_params f;
    enum wire_code code = wire_cost_params(in, flows, &f, p);
    if (code != WIRE_OK)
        return code;
    assert(f.flows || (f.n_groups == 1 && f.cost_type.mode && f.cost_type.metric));
    for (size_t i = 0; i < f.n_groups; i++) {
        assert(f.groups[i].srcs.n + f.groups[i].dsts.n > 0);
        check_endpoints(&f.groups[i].srcs);
        check_endpoints(&f.groups[i].dsts);
    }
    check_names(&f.properties);
    wire_constraints_hold(&f.constraints, 1);
    return code;
}

static enum wire_code decode(unsigned which, const struct wire_input *in,
                             struct wire_problem *p)
{
    struct wire_network_filter network = {0};
    struct wire_cost_filter filter = {0};
    struct wire_property_params properties = {0};
    struct wire_entity_params entities = {0};
    enum wire_code code;
    switch (which) {
    case 0:
        code = wire_network_filter(in, &network, p);
        check_names(&network.pids);
        break;
    case 1:
        code = wire_cost_filter(in, &filter, p);
        assert(code != WIRE_OK || (filter.cost_type.mode && filter.cost_type.metric));
        break;
    case 2:
        code = wire_property_params(in, &properties, p);
        assert(code != WIRE_OK || (properties.endpoints.n > 0 && properties.properties.n > 0));
        break;
    case 3:
        code = wire_entity_params(in, &entities, p);
        assert(code != WIRE_OK || entities.entities.present);
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
    enum wire_code code = decode(data[0] % 6, &in, &p);
    assert(code == WIRE_OK || code == p.code);
    arena_free(&a);
    return 0;
}
