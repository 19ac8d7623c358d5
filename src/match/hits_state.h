/*
 * hits_state.h - inside hits: shared by its files only (hits.c pass.c judge.c
 * chain.c). See hits.h and pass.h for what it all means.
 */
#pragma once

#include "db/lit.h"
#include "match/filter.h"
#include "match/hits.h"
#include "match/pass.h"
#include "match/re_vm.h"

/* Matches in order of their start, once finished. In the object arena. */
struct hit_list {
	struct hit *v;
	size_t n, cap;
	bool cut; /* there were more than could be kept */
};

/* What one part costs and finds in this object; made when first needed. */
struct part_work {
	uint64_t steps; /* spent on its atoms */
	struct hit_list list;
	bool all;      /* collect every match */
	bool searched; /* its atoms cost too much: re_search decides */
	bool found;
};

struct part_state {
	struct part_work *work; /* of generation gen only */
	uint32_t gen;
};

/* What is known of a pattern in the object of generation gen; an older gen is unknown. */
struct pattern_state {
	struct hit_list *list; /* when listed */
	uint32_t gen;
	uint8_t answer; /* enum hits_answer */
	bool listed;    /* list holds every match */
	bool wanted, all;
	bool cut;        /* it was told that its search was cut */
	uint64_t places; /* steps that hits_at took */
};

/* Of a regex program that lies in the database: is it verified? */
enum program_state { PROGRAM_NEW, PROGRAM_GOOD, PROGRAM_BAD };

/* A list of numbers in the object arena. */
struct ids {
	uint32_t *v;
	size_t n, cap;
};

struct hits {
	const struct db *db;
	struct hits_opts o;
	struct filter filter, filter2; /* all triggers; those of other objects */
	struct filter_scratch *scratch;
	struct re_vm vm;
	struct regions object;
	uint64_t size;     /* of all regions */
	struct bytes file; /* the region at hand, */
	uint64_t base;     /* and its address */
	uint64_t gates;    /* that hold */
	uint32_t gen;
	bool first_pass, first_done; /* it runs; it ran */
	struct pattern_state *pattern;
	struct part_state *part;
	uint32_t *done;          /* per part: the generation in which no more is wanted */
	uint8_t *program;        /* per RE_ALIGN bytes of DB_REGEX: enum program_state */
	struct ids want;         /* patterns of the next search */
	struct ids defer;        /* parts to search by their regex after this pass */
	struct filter_ctx *pass; /* that runs */
	uint64_t told, told_pass; /* steps of vm and pass that more knows of */
	uint64_t regex_end;       /* steps of vm at which the regex at hand is cut */
	bool spent;               /* more said no */
	struct hits_stats stats;
};

/* The work of a part in this object; NULL: the arena is spent. */
struct part_work *part_work(struct hits *h, uint32_t part);

/* The state of a pattern, fresh for this object; NULL: there is no such. */
struct pattern_state *pattern_state(struct hits *h, uint32_t pattern);

/* A program of a part, verified; NULL: none, or damaged. */
const struct re_prog *part_program(struct hits *h, uint32_t part, bool wide);

/* The program at a handle, verified when first used; NULL: damaged. */
const struct re_prog *hits_program(struct hits *h, uint32_t at);

/* The part is to be searched by its regex alone, after the pass. */
void part_defer(struct hits *h, uint32_t part);

/* Makes this region the one at hand: positions in file are relative to its base. */
void hits_enter(struct hits *h, const struct region *r);

/* Judges a literal hit: is it, or is it part of, a match of its part? */
void judge_hit(struct hits *h, const struct filter_hit *hit);

/* Decides a part by its regex alone: no atoms, or too many hits of them. */
void judge_search(struct hits *h, uint32_t part);

/* A match of a part was found: it is done, unless all are collected. */
void judge_found(struct hits *h, uint32_t part, const struct hit *hit);

/* The bytes around [off, off + len) are no letters or digits (YARA's fullword). */
bool judge_word(struct bytes file, uint64_t off, uint64_t len, bool wide);

/* Sorts by start and keeps one match a start: the longest, or the shortest. */
enum err list_finish(struct hits *h, struct hit_list *l, bool longest);
enum err list_add(struct hits *h, struct hit_list *l, const struct hit *hit);

/* How many matches of a finished list start before off. */
size_t list_before(const struct hit_list *l, uint64_t off);

/* Joins the lists of the parts of a chain into the matches of the whole. */
enum err chain_join(struct hits *h, const struct db_pattern *p, struct hit_list *out);

/*
 * Tells the scanner, once a pattern and object, that its search was cut and why (a
 * literal text): what is known of it may lack matches.
 */
void hits_cut(struct hits *h, uint32_t pattern, const char *why);

/* The budget of one regex begins; and it ends. */
void hits_regex_begin(struct hits *h);
void hits_regex_end(struct hits *h);

/* Asked by the filter when its limit is reached: the next limit, 0: no more. */
uint64_t hits_pass_more(void *arg);
