-- SPDX-License-Identifier: Apache-2.0
-- Batches and the facts of each. Times are microseconds since 1970, lists are JSON, absent is NULL.

-- What was read as one (a router, a file): its state. '*' stands for a whole source.
CREATE TABLE scope (
    id INTEGER PRIMARY KEY,
    domain TEXT NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,       -- of the last good batch; never goes back
    attempted_at INTEGER,
    error TEXT,                             -- why the last attempt failed
    stale INTEGER NOT NULL DEFAULT 0,       -- 1: the last attempt failed
    retired INTEGER NOT NULL DEFAULT 0,     -- 1: gone for good
    UNIQUE (domain, source, scope)
) STRICT;

-- What was read of a scope at one time. A row exists only once all of its facts do.
CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    kind TEXT NOT NULL,                     -- the source's kind at that time
    mode TEXT NOT NULL CHECK (mode IN ('replace', 'append', 'delta')),
    class TEXT NOT NULL CHECK (class IN ('observed', 'derived', 'assumed')),
    observed_at INTEGER,
    collected_at INTEGER,
    expires INTEGER,
    version TEXT,                           -- what was read: commit, ETag, ...
    n_facts INTEGER NOT NULL DEFAULT 0,
    n_ignored INTEGER NOT NULL DEFAULT 0,
    published_at INTEGER,
    superseded_at INTEGER,                  -- NULL: its facts are current until they expire
    UNIQUE (scope, epoch)
) STRICT;

CREATE INDEX batch_current ON batch (scope) WHERE superseded_at IS NULL;

-- Parts of the input that were passed over; the first ones of each batch.
CREATE TABLE ignored (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    place TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- who a domain is: names its AS numbers and its address space
CREATE TABLE "fact_domain" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "name" TEXT,
    "asns" TEXT,
    "prefixes" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- a place with storage or computing
CREATE TABLE "fact_site" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "name" TEXT,
    "prefixes" TEXT,
    "latitude" REAL,
    "longitude" REAL,
    "node" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- a storage host
CREATE TABLE "fact_endpoint" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "name" TEXT,
    "rse" TEXT,
    "site" TEXT,
    "hosts" TEXT,
    "addrs" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- address space and who uses it
CREATE TABLE "fact_prefix_origin" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "prefix" TEXT,
    "asn" INTEGER,
    "site" TEXT,
    "table" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- a router, switch or host
CREATE TABLE "fact_node" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "node" TEXT,
    "kind" TEXT,
    "platform" TEXT,
    "site" TEXT,
    "router_id" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- an interface of a node, in one table
CREATE TABLE "fact_interface" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "node" TEXT,
    "name" TEXT,
    "table" TEXT,
    "addrs" TEXT,
    "speed" INTEGER,
    "up" INTEGER,
    "kind" TEXT,
    "parent" TEXT,
    "mtu" INTEGER,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- an adjacency between two nodes, as declared or seen
CREATE TABLE "fact_link" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "name" TEXT,
    "a_node" TEXT,
    "a_interface" TEXT,
    "b_node" TEXT,
    "b_interface" TEXT,
    "b_domain" TEXT,
    "capacity" INTEGER,
    "delay" REAL,
    "metric_ab" INTEGER,
    "metric_ba" INTEGER,
    "protocol" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- this side's half of a link to another domain
CREATE TABLE "fact_border" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "node" TEXT,
    "interface" TEXT,
    "addr" TEXT,
    "peer_asn" INTEGER,
    "peer_domain" TEXT,
    "peer_node" TEXT,
    "peer_addr" TEXT,
    "capacity" INTEGER,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- an interface's part in an interior routing protocol
CREATE TABLE "fact_igp" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "node" TEXT,
    "interface" TEXT,
    "table" TEXT,
    "protocol" TEXT,
    "process" TEXT,
    "family" INTEGER,
    "area" TEXT,
    "level" INTEGER,
    "metric" INTEGER,
    "passive" INTEGER,
    "network" TEXT,
    "maximum_paths" INTEGER,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- a BGP instance: one AS number in one table of a node
CREATE TABLE "fact_bgp" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "node" TEXT,
    "table" TEXT,
    "asn" INTEGER,
    "router_id" TEXT,
    "cluster_id" TEXT,
    "local_pref" INTEGER,
    "compare_routerid" INTEGER,
    "deterministic_med" INTEGER,
    "always_compare_med" INTEGER,
    "multipath_relax" INTEGER,
    "ignore_as_path" INTEGER,
    "ebgp_requires_policy" INTEGER,
    "family" INTEGER,
    "maximum_paths" INTEGER,
    "maximum_paths_ibgp" INTEGER,
    "distance_external" INTEGER,
    "distance_internal" INTEGER,
    "distance_local" INTEGER,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- a BGP neighbour for one address family
CREATE TABLE "fact_bgp_session" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "node" TEXT,
    "table" TEXT,
    "family" INTEGER,
    "local_asn" INTEGER,
    "local_interface" TEXT,
    "local_addr" TEXT,
    "peer_addr" TEXT,
    "peer_asn" INTEGER,
    "external" INTEGER,
    "shutdown" INTEGER,
    "established" INTEGER,
    "import_policy" TEXT,
    "export_policy" TEXT,
    "import_list" TEXT,
    "export_list" TEXT,
    "import_as_path" TEXT,
    "export_as_path" TEXT,
    "next_hop_self" INTEGER,
    "rr_client" INTEGER,
    "weight" INTEGER,
    "default_originate" INTEGER,
    "allow_own_as" INTEGER,
    "remove_private_as" INTEGER,
    "as_override" INTEGER,
    "send_community" INTEGER,
    "multihop" INTEGER,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- what puts a prefix into BGP or an IGP on a node
CREATE TABLE "fact_origination" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "node" TEXT,
    "table" TEXT,
    "into" TEXT,
    "how" TEXT,
    "family" INTEGER,
    "prefix" TEXT,
    "protocol" TEXT,
    "policy" TEXT,
    "metric" INTEGER,
    "metric_type" INTEGER,
    "summary_only" INTEGER,
    "as_set" INTEGER,
    "import_check" INTEGER,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- one entry of a routing policy (route map)
CREATE TABLE "fact_policy_term" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "node" TEXT,
    "name" TEXT,
    "seq" INTEGER,
    "action" TEXT,
    "match" TEXT,
    "set" TEXT,
    "call" TEXT,
    "on_match" INTEGER,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- one entry of a prefix, community or AS-path list
CREATE TABLE "fact_match_list" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "node" TEXT,
    "name" TEXT,
    "kind" TEXT,
    "family" INTEGER,
    "seq" INTEGER,
    "action" TEXT,
    "value" TEXT,
    "ge" INTEGER,
    "le" INTEGER,
    "expanded" INTEGER,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- a route that a node has or is configured with
CREATE TABLE "fact_route" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "node" TEXT,
    "table" TEXT,
    "layer" TEXT,
    "prefix" TEXT,
    "protocol" TEXT,
    "next_hops" TEXT,
    "interfaces" TEXT,
    "discard" INTEGER,
    "best" INTEGER,
    "distance" INTEGER,
    "metric" INTEGER,
    "peer" TEXT,
    "peer_router_id" TEXT,
    "as_path" TEXT,
    "bgp_origin" TEXT,
    "external" INTEGER,
    "local_pref" INTEGER,
    "med" INTEGER,
    "weight" INTEGER,
    "communities" TEXT,
    "rd" TEXT,
    "reason" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- what a traceroute saw
CREATE TABLE "fact_observed_path" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "source" TEXT,
    "destination" TEXT,
    "observed" INTEGER,
    "reached" INTEGER,
    "hops" TEXT,
    "tool" TEXT,
    "table" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- a measured quantity between two addresses
CREATE TABLE "fact_measurement" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "source" TEXT,
    "destination" TEXT,
    "metric" TEXT,
    "statistic" TEXT,
    "value" REAL,
    "start" INTEGER,
    "end" INTEGER,
    "samples" INTEGER,
    "clock_error" REAL,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- traffic on an interface
CREATE TABLE "fact_load" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "node" TEXT,
    "interface" TEXT,
    "direction" TEXT,
    "rate" REAL,
    "start" INTEGER,
    "end" INTEGER,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- how much an interface can carry, and who says so
CREATE TABLE "fact_capacity" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "node" TEXT,
    "interface" TEXT,
    "bits" INTEGER,
    "basis" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- a named value of an entity
CREATE TABLE "fact_property" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "entity" TEXT,
    "name" TEXT,
    "value" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- a window in which an entity is not or less usable
CREATE TABLE "fact_maintenance" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "entity" TEXT,
    "start" INTEGER,
    "end" INTEGER,
    "share" REAL,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- who may use how much of what
CREATE TABLE "fact_grant" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "entity" TEXT,
    "user" TEXT,
    "share" REAL,
    "bits" INTEGER,
    "start" INTEGER,
    "end" INTEGER,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- what may be shown to whom
CREATE TABLE "fact_policy" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "what" TEXT,
    "entity" TEXT,
    "client" TEXT,
    "decision" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;

-- an ALTO document of the domain, as it was read
CREATE TABLE "fact_document" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "name" TEXT,
    "kind" TEXT,
    "body" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;
