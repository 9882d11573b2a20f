/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the store: lists as the JSON text that fact_field_json writes. */
#ifndef RIALTO_STORE_LISTS_H
#define RIALTO_STORE_LISTS_H

#include "model/facts.h"

/**
 * Reads a list into `field` (a struct strs, addrs, ifaddrs_list, asns or hops as `type` says);
 * what it holds lives in a. Takes only the exact form that is written: no white space.
 * ERR_PARSE, ERR_NOMEM.
 */
int list_read(enum fact_type type, struct slice text, void *field, struct arena *a,
              struct err *e);

#endif
