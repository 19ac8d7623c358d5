/* yara.c - Debian's libyara as an engine of the bench. */
#include <stdio.h>
#include <string.h>
#include <yara.h>

#include "bench/driver.h"

#define TIMEOUT_SECONDS 60

static YR_RULES *rules;
static YR_SCANNER *scanner;

static void
compiler_says(int level, const char *file, int line, const YR_RULE *rule,
    const char *text, void *arg)
{
	(void)rule, (void)arg;
	if (level == YARA_ERROR_LEVEL_ERROR)
		fprintf(stderr, "%s(%d): %s\n", file ? file : "-", line, text);
}

static int
on_event(YR_SCAN_CONTEXT *c, int message, void *data, void *arg)
{
	const YR_RULE *rule = data;

	(void)c, (void)arg;
	if (message == CALLBACK_MSG_RULE_MATCHING)
		driver_rule(rule->identifier, strlen(rule->identifier));
	return CALLBACK_CONTINUE;
}

int
engine_compile(const char *path, const char *out)
{
	YR_COMPILER *c;
	FILE *f = fopen(path, "r");

	if (f == NULL || yr_initialize() != 0 || yr_compiler_create(&c) != 0)
		return 1;
	yr_compiler_set_callback(c, compiler_says, NULL);
	for (const char *const *e = driver_externals; *e; e++)
		yr_compiler_define_string_variable(c, *e, "");
	if (yr_compiler_add_file(c, f, NULL, path) != 0 ||
	    yr_compiler_get_rules(c, &rules) != 0)
		return 1;
	fclose(f);
	return yr_rules_save(rules, out) != 0;
}

int
engine_open(const char *path)
{
	if (yr_initialize() != 0 || yr_rules_load(path, &rules) != 0 ||
	    yr_scanner_create(rules, &scanner) != 0)
		return 1;
	yr_scanner_set_callback(scanner, on_event, NULL);
	yr_scanner_set_flags(scanner, SCAN_FLAGS_REPORT_RULES_MATCHING);
	yr_scanner_set_timeout(scanner, TIMEOUT_SECONDS);
	return 0;
}

int
engine_scan(const uint8_t *p, size_t n)
{
	return yr_scanner_scan_mem(scanner, p, n) != ERROR_SUCCESS;
}
