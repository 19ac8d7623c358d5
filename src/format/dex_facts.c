/*
 * dex_facts.c - the schema of the module dex: YARA 4.5's fields, constants and functions,
 * in the order in which YARA declares them, which shows in `yara -D`; and YARA-X's.
 */
#include "format/dex.h"

#define LATE_ARRAY(f, E, table, fn)                                            \
	{                                                                      \
		.name = #f, .type = FACT_ARRAY, .at = offsetof(struct dex, f), \
		.stride = sizeof(E), .sub = table, .load = fn                  \
	}
#define LATE_INT(f, fn)                                                                 \
	{                                                                               \
		.name = #f, .type = FACT_INT, .at = offsetof(struct dex, f), .load = fn \
	}
#define NAMED_INT(name_, S, f)                                        \
	{                                                             \
		.name = name_, .type = FACT_INT, .at = offsetof(S, f) \
	}
#define LATE_FN(name_, sig_, fn_)                                       \
	{                                                               \
		.name = name_, .type = FACT_FN, .sig = sig_, .fn = fn_, \
		.load = dex_load_members                                \
	}

/* YARA-X's: another name for what there is, and names in place of indexes. */
#define RENAMED(name_, type_, S, f)                                                     \
	{                                                                               \
		.name = name_, .type = type_, .flags = FACT_YARAX, .at = offsetof(S, f) \
	}
#define NAMED(name_, S, f)                                            \
	{                                                             \
		.name = name_, .type = FACT_STR, .flags = FACT_YARAX, \
		.at = offsetof(S, f), .load = dex_load_yarax          \
	}
#define YARAX_LIST(f, E, table)                                                     \
	{                                                                           \
		.name = #f, .type = FACT_ARRAY, .flags = FACT_YARAX,                \
		.at = offsetof(struct dex, x.f), .stride = sizeof(E), .sub = table, \
		.load = dex_load_yarax                                              \
	}
#define CONTAINS(name_, fn_)                                                       \
	{                                                                          \
		.name = name_, .type = FACT_FN, .flags = FACT_YARAX | FACT_ALWAYS, \
		.sig = "s:i", .fn = fn_, .load = dex_load_yarax                    \
	}

/* clang-format off */
static const struct fact header_facts[] = {
	FACT_S(struct dex_header, magic),
	FACT_I(struct dex_header, checksum),
	FACT_S(struct dex_header, signature),
	FACT_I(struct dex_header, file_size),
	FACT_I(struct dex_header, header_size),
	FACT_I(struct dex_header, endian_tag),
	FACT_I(struct dex_header, link_size),
	FACT_I(struct dex_header, link_offset),
	FACT_I(struct dex_header, map_offset),
	FACT_I(struct dex_header, string_ids_size),
	FACT_I(struct dex_header, string_ids_offset),
	FACT_I(struct dex_header, type_ids_size),
	FACT_I(struct dex_header, type_ids_offset),
	FACT_I(struct dex_header, proto_ids_size),
	FACT_I(struct dex_header, proto_ids_offset),
	FACT_I(struct dex_header, field_ids_size),
	FACT_I(struct dex_header, field_ids_offset),
	FACT_I(struct dex_header, method_ids_size),
	FACT_I(struct dex_header, method_ids_offset),
	FACT_I(struct dex_header, class_defs_size),
	FACT_I(struct dex_header, class_defs_offset),
	FACT_I(struct dex_header, data_size),
	FACT_I(struct dex_header, data_offset),
	RENAMED("link_off", FACT_INT, struct dex_header, link_offset),
	RENAMED("data_off", FACT_INT, struct dex_header, data_offset),
	FACT_IX(struct dex_header, version),
	FACT_IX(struct dex_header, container_size),
	FACT_IX(struct dex_header, header_offset),
	{ .name = "magic", .type = FACT_INT, .flags = FACT_DIALECT,
		.at = offsetof(struct dex_header, magic_number) },
	{ .name = "signature", .type = FACT_STR, .flags = FACT_DIALECT,
		.at = offsetof(struct dex_header, signature_hex) },
	FACT_LAST,
};

static const struct fact string_facts[] = {
	FACT_I(struct dex_string, offset),
	FACT_I(struct dex_string, size),
	FACT_S(struct dex_string, value),
	FACT_LAST,
};

static const struct fact type_facts[] = {
	FACT_I(struct dex_type, descriptor_idx),
	FACT_LAST,
};

static const struct fact proto_facts[] = {
	FACT_I(struct dex_proto, shorty_idx),
	FACT_I(struct dex_proto, return_type_idx),
	FACT_I(struct dex_proto, parameters_offset),
	FACT_LAST,
};

static const struct fact field_id_facts[] = {
	FACT_I(struct dex_field_id, class_idx),
	FACT_I(struct dex_field_id, type_idx),
	FACT_I(struct dex_field_id, name_idx),
	FACT_LAST,
};

static const struct fact method_id_facts[] = {
	FACT_I(struct dex_method_id, class_idx),
	FACT_I(struct dex_method_id, proto_idx),
	FACT_I(struct dex_method_id, name_idx),
	FACT_LAST,
};

static const struct fact class_facts[] = {
	FACT_I(struct dex_class, class_idx),
	FACT_I(struct dex_class, access_flags),
	FACT_I(struct dex_class, super_class_idx),
	FACT_I(struct dex_class, interfaces_offset),
	FACT_I(struct dex_class, source_file_idx),
	FACT_I(struct dex_class, annotations_offset),
	FACT_I(struct dex_class, class_data_offset),
	FACT_I(struct dex_class, static_values_offset),
	NAMED("class", struct dex_class, name),
	NAMED("superclass", struct dex_class, superclass),
	NAMED("source_file", struct dex_class, source_file),
	FACT_LAST,
};

const struct fact dex_class_data_facts[] = {
	FACT_I(struct dex_class_data, static_fields_size),
	FACT_I(struct dex_class_data, instance_fields_size),
	FACT_I(struct dex_class_data, direct_methods_size),
	FACT_I(struct dex_class_data, virtual_methods_size),
	FACT_LAST,
};

static const struct fact map_item_facts[] = {
	FACT_I(struct dex_map_item, type),
	FACT_I(struct dex_map_item, unused),
	FACT_I(struct dex_map_item, size),
	FACT_I(struct dex_map_item, offset),
	FACT_LAST,
};

static const struct fact map_facts[] = {
	{ .name = "size", .type = FACT_INT, .at = offsetof(struct dex_map, size),
		.load = dex_load_map },
	{ .name = "map_item", .type = FACT_ARRAY, .at = offsetof(struct dex_map, map_item),
		.stride = sizeof(struct dex_map_item), .sub = map_item_facts,
		.load = dex_load_map },
	{ .name = "items", .type = FACT_ARRAY, .flags = FACT_YARAX,
		.at = offsetof(struct dex_map, map_item), .stride = sizeof(struct dex_map_item),
		.sub = map_item_facts, .load = dex_load_map },
	FACT_LAST,
};

const struct fact dex_field_facts[] = {
	FACT_S(struct dex_field, class_name),
	FACT_S(struct dex_field, name),
	FACT_S(struct dex_field, proto),
	NAMED_INT("static", struct dex_field, is_static),
	FACT_I(struct dex_field, instance),
	FACT_I(struct dex_field, field_idx_diff),
	FACT_I(struct dex_field, access_flags),
	FACT_LAST,
};

static const struct fact code_facts[] = {
	FACT_I(struct dex_code, registers_size),
	FACT_I(struct dex_code, ins_size),
	FACT_I(struct dex_code, outs_size),
	FACT_I(struct dex_code, tries_size),
	FACT_I(struct dex_code, debug_info_off),
	FACT_I(struct dex_code, insns_size),
	FACT_S(struct dex_code, insns),
	FACT_LAST,
};

const struct fact dex_method_facts[] = {
	FACT_S(struct dex_method, class_name),
	FACT_S(struct dex_method, name),
	FACT_S(struct dex_method, proto),
	FACT_I(struct dex_method, direct),
	NAMED_INT("virtual", struct dex_method, is_virtual),
	FACT_I(struct dex_method, method_idx_diff),
	FACT_I(struct dex_method, access_flags),
	FACT_I(struct dex_method, code_off),
	FACT_T(struct dex_method, code_item, code_facts),
	FACT_LAST,
};

static const struct fact text_facts[] = {
	{ .name = "", .type = FACT_STR },
	FACT_LAST,
};

static const struct fact x_proto_facts[] = {
	FACT_S(struct dex_x_proto, shorty),
	FACT_S(struct dex_x_proto, return_type),
	FACT_I(struct dex_x_proto, parameters_count),
	FACT_A(struct dex_x_proto, parameters, struct bytes, text_facts),
	FACT_LAST,
};

static const struct fact x_field_facts[] = {
	RENAMED("class", FACT_STR, struct dex_x_field, of),
	FACT_S(struct dex_x_field, type),
	FACT_S(struct dex_x_field, name),
	FACT_LAST,
};

static const struct fact x_method_facts[] = {
	RENAMED("class", FACT_STR, struct dex_x_method, of),
	FACT_S(struct dex_x_method, name),
	FACT_T(struct dex_x_method, proto, x_proto_facts),
	FACT_LAST,
};

const struct fact dex_facts[] = {
#define CONSTANT(name, value) FACT_K(name, value),
#define TEXT(name_, text_) { .name = name_, .type = FACT_STR, .flags = FACT_CONST, .text = text_ },
#include "format/dex_const.def"
#undef CONSTANT
#undef TEXT
	FACT_T(struct dex, header, header_facts),
	LATE_ARRAY(string_ids, struct dex_string, string_facts, dex_load_strings),
	LATE_ARRAY(type_ids, struct dex_type, type_facts, dex_load_types),
	LATE_ARRAY(proto_ids, struct dex_proto, proto_facts, dex_load_protos),
	LATE_ARRAY(field_ids, struct dex_field_id, field_id_facts, dex_load_fields),
	LATE_ARRAY(method_ids, struct dex_method_id, method_id_facts, dex_load_methods),
	LATE_ARRAY(class_defs, struct dex_class, class_facts, dex_load_classes),
	LATE_ARRAY(class_data_item, struct dex_class_data, dex_class_data_facts, dex_load_members),
	FACT_T(struct dex, map_list, map_facts),
	LATE_INT(number_of_fields, dex_load_members),
	LATE_ARRAY(field, struct dex_field, dex_field_facts, dex_load_members),
	LATE_INT(number_of_methods, dex_load_members),
	LATE_ARRAY(method, struct dex_method, dex_method_facts, dex_load_members),
	LATE_FN("has_method", "s:i", dex_has_method),
	LATE_FN("has_method", "ss:i", dex_has_method_of),
	LATE_FN("has_method", "r:i", dex_has_method_regex),
	LATE_FN("has_method", "rr:i", dex_has_method_of_regex),
	LATE_FN("has_class", "s:i", dex_has_class),
	LATE_FN("has_class", "r:i", dex_has_class_regex),
	FACT_IX(struct dex, is_dex),
	YARAX_LIST(strings, struct bytes, text_facts),
	YARAX_LIST(types, struct bytes, text_facts),
	YARAX_LIST(protos, struct dex_x_proto, x_proto_facts),
	YARAX_LIST(fields, struct dex_x_field, x_field_facts),
	YARAX_LIST(methods, struct dex_x_method, x_method_facts),
	FACT_KX("TYPE_HIDDENAPI_CLASS_DATA_ITEM", 0xf000),
	CONTAINS("contains_string", dex_contains_string),
	CONTAINS("contains_method", dex_contains_method),
	CONTAINS("contains_class", dex_contains_class),
	{ .name = "checksum", .type = FACT_FN, .flags = FACT_YARAX, .sig = ":i", .fn = dex_checksum },
	{ .name = "signature", .type = FACT_FN, .flags = FACT_YARAX, .sig = ":s", .fn = dex_signature },
	FACT_LAST,
};
/* clang-format on */
