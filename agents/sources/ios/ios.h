/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations of IOS and IOS XE, IOS XR, NX-OS and EOS, as `show running-config` prints
 * them.
 *
 * The four are of one kin, and FRR took its language from them. Lines are read as a tree by
 * their indentation; each statement is turned into the words that FRR has for it, by a table of
 * each platform, and read by the readers of agents/sources/frr into the same model. What only
 * one platform has is read here.
 */
#ifndef RIALTO_AGENTS_SOURCES_IOS_IOS_H
#define RIALTO_AGENTS_SOURCES_IOS_IOS_H

#include "agents/sources/frr/frr.h"

enum ios_platform { IOS_IOS = 1, IOS_XR = 2, IOS_NXOS = 4, IOS_EOS = 8, IOS_ALL = 15 };

#define IOS_MAX_DEPTH 32 /* blocks in one another */

/** A file to be read. */
struct ios_file {
    const char *path; /* in messages */
    const char *node; /* the router's name if the file has no hostname */
    struct slice text;
    enum ios_platform platform;
};

/**
 * Reads a configuration into FRR's model; to be stated by frr_state and freed by frr_free. What
 * the file borrows is borrowed until then. Fails with ERR_PARSE ("path:line:col: reason") on
 * text that is binary or cut off, with ERR_LIMIT beyond limits; never on statements.
 */
int ios_read(const struct ios_file *f, struct frr **out, struct err *e);

#endif
