// SPDX-License-Identifier: Apache-2.0
#include "bench/boost.h"

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <utility>
#include <vector>

namespace {
struct Edge {
    int64_t metric;
};
using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, Edge>;
} // namespace

struct boost_graph {
    Graph graph;
};

bool boost_is_there()
{
    return true;
}

boost_graph *boost_new(const spf_graph *g)
{
    std::vector<std::pair<uint32_t, uint32_t>> ends;
    std::vector<Edge> metrics;
    for (uint32_t i = 0; i < g->n; i++)
        for (uint32_t k = g->begin[i]; k < g->begin[i + 1]; k++) {
            ends.emplace_back(i, g->edges[k].to);
            metrics.push_back(Edge{g->edges[k].metric});
        }
    return new boost_graph{Graph(boost::edges_are_sorted, ends.begin(), ends.end(),
                                 metrics.begin(), g->n)};
}

void boost_free(boost_graph *b)
{
    delete b;
}

void boost_run(boost_graph *b, uint32_t source, int64_t *dist)
{
    auto index = get(boost::vertex_index, b->graph);
    boost::dijkstra_shortest_paths(
        b->graph, source,
        boost::weight_map(get(&Edge::metric, b->graph))
            .distance_map(boost::make_iterator_property_map(dist, index))
            .distance_inf(SPF_UNREACHED));
}
