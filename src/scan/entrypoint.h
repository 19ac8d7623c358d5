/*
 * entrypoint.h - YARA's deprecated `entrypoint`: the file offset where a PE or
 * ELF program starts. Nothing else of a file is read.
 */
#pragma once

#include "base/bytes.h"

/* FACT_UNDEF (base/fact.h): neither PE nor ELF, or it points nowhere. */
int64_t entrypoint_of(struct bytes file);
