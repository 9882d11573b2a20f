-- SPDX-License-Identifier: Apache-2.0
-- How a grant is shared, and links that are counted together.

ALTER TABLE "fact_grant" ADD COLUMN "weights" TEXT;

-- links that are counted together, by name
CREATE TABLE "fact_link_group" (
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    nr INTEGER NOT NULL,
    "name" TEXT,
    "links" TEXT,
    PRIMARY KEY (batch, nr)
) STRICT, WITHOUT ROWID;
