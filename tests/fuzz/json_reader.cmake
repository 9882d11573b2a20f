# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(json_reader USES rialto_wire)
