/*
 * entrypoint.h - YARA's deprecated `entrypoint`: the file offset where a PE or
 * ELF program starts. Nothing else of a file is read.
 */
#pragma once

#include "base/bytes.h"

/* FACT_UNDEF (base/fact.h): neither PE (for x86) nor ELF. 0 where it points nowhere. */
int64_t entrypoint_of(struct bytes file);
