/* SPDX-License-Identifier: Apache-2.0 */
/* The key `calendars` of rialtod's configuration: how measurements make calendars. */
#ifndef RIALTO_SERVER_SETTINGS_CALENDARS_H
#define RIALTO_SERVER_SETTINGS_CALENDARS_H

#include "conf/conf.h"
#include "model/history.h"

extern const struct conf_item calendar_items[];

/** Reads the mapping (NULL: defaults). Names live in the arena. */
int calendars_read(const struct conf *conf, struct arena *a, struct history_rules *out,
                   struct err *e);

/** Do both make the same snapshots? */
bool calendars_equal(const struct history_rules *a, const struct history_rules *b);

#endif
