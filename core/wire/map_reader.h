/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the PIDs of a plain network map without making a tree of it: names of printable ASCII
 * characters without escapes, groups "ipv4" and "ipv6" alone. Gives up where the text is
 * unusual or wrong, for the caller to read a tree and to tell what is wrong. Private to this
 * folder.
 */
#ifndef RIALTO_WIRE_MAP_READER_H
#define RIALTO_WIRE_MAP_READER_H

#include "base/arena.h"
#include "wire/document.h"

/**
 * Reads the member "network-map" of an object into out->pids. True: *part is the part of the
 * text that was read, a valid JSON object without doubles. False: it gave up.
 */
bool map_reader(struct slice text, struct arena *a, struct wire_map_document *out,
                struct slice *part);

/** Sorts the prefixes of a PID, without doubles; returns how many are left. */
size_t map_sort_prefixes(struct prefix *v, size_t n);

/** Order of PIDs: by name. For qsort. */
int map_by_name(const void *a, const void *b);

#endif
