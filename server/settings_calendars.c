/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings_calendars.h"

#include <string.h>

#define MINUTE ((int64_t)60 * 1000000)

static const char *const metric_names[] = {
    "delay-ow", "delay-rt", "delay-variation", "hopcount", "lossrate", "tput", NULL};
static const char *const periods[] = {"day", "week", NULL};

const struct conf_item calendar_items[] = {
    {.name = "metrics",
     .type = CONF_LIST,
     .element = CONF_ENUM,
     .choices = metric_names,
     .help = "Measured metrics that have calendars, with their statistical operators; default: "
             "all."},
    {.name = "interval",
     .type = CONF_DURATION,
     .def = "1h",
     .min = 15 * MINUTE,
     .max = HISTORY_DAY,
     .help = "Length of an interval; a day must have a whole number of them."},
    {.name = "period",
     .type = CONF_ENUM,
     .def = "day",
     .choices = periods,
     .help = "How far calendars look ahead."},
    {.name = "days",
     .type = CONF_INT,
     .def = "28",
     .min = 1,
     .max = 366,
     .help = "How many days are looked back on."},
    {.name = "least",
     .type = CONF_INT,
     .def = "3",
     .min = 1,
     .max = 366,
     .help = "On how many of them an interval must have been measured."},
    {.name = "current",
     .type = CONF_DURATION,
     .min = MINUTE,
     .max = 366 * HISTORY_DAY,
     .help = "How old a measurement may be to be told as the present value; default: as old as "
             "the agent believes it."},
    {0},
};

static int read_metrics(const struct conf *list, struct arena *a, struct history_rules *out,
                        struct err *e)
{
    const char **names = ARENA_ARRAY(a, conf_count(list) + 1, const char *);
    if (!names)
        return err_set(e, ERR_NOMEM, "no memory for the configuration");
    for (size_t i = 0; i < conf_count(list); i++)
        names[out->n_metrics++] = conf_text(conf_at(list, i));
    out->metrics = names;
    return 0;
}

int calendars_read(const struct conf *conf, struct arena *a, struct history_rules *out,
                   struct err *e)
{
    *out = history_default;
    if (!conf)
        return 0;
    int64_t interval = conf_int(conf, "interval"), days = conf_int(conf, "days");
    bool week = strcmp(conf_str(conf, "period"), "week") == 0;
    if (HISTORY_DAY % interval != 0)
        return conf_err(conf_get(conf, "interval"), e,
                        "interval: a day has no whole number of them (try 15m, 30m, 1h, 2h)");
    if (conf_int(conf, "least") > days)
        return conf_err(conf_get(conf, "least"), e, "least: more than the days looked back on");
    out->calendar.interval = interval;
    out->calendar.n = (unsigned)(HISTORY_DAY / interval) * (week ? HISTORY_WEEK : 1);
    out->days = (unsigned)days;
    out->least = (unsigned)conf_int(conf, "least");
    if (conf_has(conf, "current"))
        out->current = conf_int(conf, "current");
    return conf_has(conf, "metrics") ? read_metrics(conf_get(conf, "metrics"), a, out, e) : 0;
}

bool calendars_equal(const struct history_rules *a, const struct history_rules *b)
{
    if (a->calendar.interval != b->calendar.interval || a->calendar.n != b->calendar.n ||
        a->days != b->days || a->least != b->least || a->current != b->current ||
        !a->metrics != !b->metrics || a->n_metrics != b->n_metrics)
        return false;
    for (size_t i = 0; i < a->n_metrics; i++) {
        if (strcmp(a->metrics[i], b->metrics[i]) != 0)
            return false;
    }
    return true;
}
