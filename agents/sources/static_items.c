/* SPDX-License-Identifier: Apache-2.0 */
/* The format of a file of static facts, as tables. */
#include "agents/sources/static.h"

#define PBIT INT64_C(1000000000000000) /* no interface is faster */

#define TEXT(key, must, say)                                                                   \
    {                                                                                          \
        .name = key, .type = CONF_STRING, .required = must, .help = say                        \
    }
#define TEXTS(key, say)                                                                        \
    {                                                                                          \
        .name = key, .type = CONF_LIST, .element = CONF_STRING, .help = say                    \
    }
#define RATE(key, must, say)                                                                   \
    {                                                                                          \
        .name = key, .type = CONF_RATE, .required = must, .min = 1, .max = PBIT, .help = say   \
    }
#define NUMBER(key, low, high, say)                                                            \
    {                                                                                          \
        .name = key, .type = CONF_INT, .min = low, .max = high, .help = say                    \
    }
#define REAL(key, must, say)                                                                   \
    {                                                                                          \
        .name = key, .type = CONF_REAL, .required = must, .help = say                          \
    }
#define MAPS(key, table, say)                                                                  \
    {                                                                                          \
        .name = key, .type = CONF_MAPS, .items = table, .help = say                            \
    }

static const char *const node_kinds[] = {"router", "switch", "host", NULL};
static const char *const interface_kinds[] = {"loopback", "physical", "aggregate",
                                              "vlan",     "tunnel",   NULL};
static const char *const decisions[] = {"show", "hide", NULL};

static const struct conf_item domain_items[] = {
    TEXT("name", false, "The domain's name; it must be that of the agent."),
    TEXTS("asns", "Its AS numbers; the first is that of its prefixes."),
    TEXTS("prefixes", "Its address space, infrastructure included."),
    {0},
};

static const struct conf_item neighbour_items[] = {
    TEXT("name", true, "The other domain's name."),
    TEXTS("asns", "Its AS numbers."),
    TEXTS("prefixes", "Its address space, as far as it is known here."),
    {0},
};

static const struct conf_item site_items[] = {
    TEXT("name", true, "The site's name."),
    TEXTS("prefixes", "Its address space."),
    REAL("latitude", false, "Degrees, -90 to 90."),
    REAL("longitude", false, "Degrees, -180 to 180."),
    TEXT("node", false, "The router that it is attached to."),
    TEXT("asn", false, "The AS of its prefixes, when it is not that of the domain."),
    {0},
};

static const struct conf_item endpoint_items[] = {
    TEXT("name", true, "The endpoint's name."),
    TEXT("rse", false, "The Rucio storage element."),
    TEXT("site", false, "The site that it is at."),
    TEXTS("hosts", "Host names."),
    TEXTS("addresses", "Addresses."),
    {0},
};

static const struct conf_item node_items[] = {
    TEXT("name", true, "The node's name."),
    {.name = "kind",
     .type = CONF_ENUM,
     .choices = node_kinds,
     .def = "router",
     .help = "What it is."},
    TEXT("platform", false, "Its operating system."),
    TEXT("site", false, "The site where it stands."),
    TEXT("router_id", false, "Its identifier in routing protocols, an address."),
    {0},
};

static const struct conf_item interface_items[] = {
    TEXT("node", true, "The node."),
    TEXT("name", true, "The interface's name."),
    {.name = "table", .type = CONF_STRING, .def = "", .help = "Its routing table (VRF)."},
    TEXTS("addresses", "Addresses with the length of their subnet."),
    RATE("speed", false, "Its speed."),
    {.name = "up", .type = CONF_BOOL, .help = "Is it usable? Absent: unknown."},
    {.name = "kind", .type = CONF_ENUM, .choices = interface_kinds, .help = "What it is."},
    TEXT("parent", false, "The interface that it is part of."),
    NUMBER("mtu", 68, 1000000, "Bytes."),
    {0},
};

static const struct conf_item end_items[] = {
    TEXT("node", true, "The node."),
    TEXT("interface", false, "Its interface."),
    {0},
};

static const struct conf_item far_end_items[] = {
    TEXT("node", true, "The node."),
    TEXT("interface", false, "Its interface."),
    TEXT("domain", false, "Its domain, when it is not this one."),
    {0},
};

static const struct conf_item link_items[] = {
    TEXT("name", false, "The link's name."),
    {.name = "a", .type = CONF_MAP, .items = end_items, .required = true, .help = "One end."},
    {.name = "b",
     .type = CONF_MAP,
     .items = far_end_items,
     .required = true,
     .help = "The other end."},
    RATE("capacity", false, "In each direction."),
    REAL("delay_ms", false, "One way, milliseconds."),
    NUMBER("metric_ab", 0, UINT32_MAX, "IGP metric from a to b."),
    NUMBER("metric_ba", 0, UINT32_MAX, "IGP metric from b to a."),
    {0},
};

static const struct conf_item border_items[] = {
    TEXT("node", true, "This side's router."),
    TEXT("interface", false, "Its interface."),
    TEXT("address", false, "Its address on the link."),
    TEXT("peer_asn", false, "The other side's AS number."),
    TEXT("peer_domain", false, "The other side's domain."),
    TEXT("peer_node", false, "The other side's router."),
    TEXT("peer_address", false, "The other side's address on the link."),
    RATE("capacity", false, "In each direction."),
    {0},
};

static const struct conf_item capacity_items[] = {
    TEXT("node", true, "The node."),
    TEXT("interface", true, "Its interface."),
    RATE("rate", true, "How much it can carry in each direction."),
    {0},
};

static const struct conf_item delay_items[] = {
    TEXT("a", true, "The node at one end."),
    TEXT("b", true, "The node at the other end."),
    TEXT("interface", false, "The interface of a, where links are parallel."),
    REAL("ms", true, "One way, milliseconds."),
    {0},
};

static const struct conf_item policy_items[] = {
    TEXT("what", true, "What is shown or hidden: interior, capacity, persistent-id, ..."),
    TEXT("entity", false, "What it is about; default: all of the domain."),
    TEXT("client", false, "The class of clients; default: all."),
    {.name = "decision",
     .type = CONF_ENUM,
     .choices = decisions,
     .required = true,
     .help = "What is done."},
    {0},
};

static const struct conf_item maintenance_items[] = {
    TEXT("entity", true, "The node or link."),
    TEXT("start", true, "When it starts, as 2026-12-01T00:00:00Z."),
    TEXT("end", true, "When it ends."),
    {.name = "share",
     .type = CONF_REAL,
     .def = "0",
     .help = "The share of capacity that stays usable, 0 to 1."},
    {0},
};

static const struct conf_item group_items[] = {
    TEXT("name", true, "The group's name."),
    {.name = "links",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .required = true,
     .help = "Its links: a|b both directions, a>b one, or a link's id."},
    {0},
};

static const struct conf_item grant_items[] = {
    TEXT("entity", true, "link:a|b each direction by itself, link:a>b one, group:NAME."),
    TEXT("user", true, "Who it is granted to."),
    REAL("share", false, "A share of capacity, 0 to 1; or"),
    RATE("bits", false, "bits per second."),
    TEXT("start", false, "Valid from; default: always."),
    TEXT("end", false, "Valid until; default: for ever."),
    {.name = "weights",
     .type = CONF_MAP,
     .help = "How experiments (atlas) and activities (atlas/T0 Export) share it; default: 1."},
    {0},
};

static const struct conf_item property_items[] = {
    TEXT("entity", true, "A typed entity: ipv4:192.0.2.1, pid:x, link:a|b, ..."),
    TEXT("name", true, "The property's name."),
    {.name = "value",
     .type = CONF_ANY,
     .required = true,
     .help = "Its value; text in quotes stays text."},
    {0},
};

const struct conf_item static_items[] = {
    {.name = "domain", .type = CONF_MAP, .items = domain_items, .help = "Who the domain is."},
    MAPS("neighbours", neighbour_items, "Other domains; their own statements count more."),
    MAPS("sites", site_items, "Places with storage or computing."),
    MAPS("endpoints", endpoint_items, "Storage hosts."),
    MAPS("nodes", node_items, "Routers, switches, hosts."),
    MAPS("interfaces", interface_items, "Interfaces of nodes."),
    MAPS("links", link_items, "Adjacencies; a node may be known from another source."),
    MAPS("borders", border_items, "This side's halves of links to other domains."),
    MAPS("capacities", capacity_items, "What interfaces can carry."),
    MAPS("delays", delay_items, "Delays of links that are known from elsewhere."),
    MAPS("policies", policy_items, "What may be shown to whom."),
    MAPS("maintenance", maintenance_items, "Windows in which something is less usable."),
    MAPS("link_groups", group_items, "Links that grants count together."),
    MAPS("grants", grant_items, "Who may use how much."),
    MAPS("properties", property_items, "Named values of entities."),
    {0},
};
