/*
 * dotnet_facts.c - the schema of the module dotnet, in the order in which YARA declares
 * it, which shows in `yara -D`.
 */
#include "format/dotnet.h"

#define LATE(f, type_) \
	.name = #f, .type = type_, .at = offsetof(struct dotnet, f), .load = dotnet_load
#define LATE_INT(f)               \
	{                         \
		LATE(f, FACT_INT) \
	}
#define LATE_STR(f)               \
	{                         \
		LATE(f, FACT_STR) \
	}
/* What the name means in the dialect of YARA-X: docs/dialect.md. */
#define LATE_INTX(f)                                                      \
	{                                                                 \
		.name = #f, .type = FACT_INT, .flags = FACT_DIALECT,      \
		.at = offsetof(struct dotnet, x_##f), .load = dotnet_load \
	}
#define CLASSX(name_, type_, f)                              \
	.name = name_, .type = type_, .flags = FACT_DIALECT, \
	.at = offsetof(struct dotnet_class, f)
#define CLASSES(f, type_)                                            \
	.name = #f, .type = type_, .at = offsetof(struct dotnet, f), \
	.load = dotnet_load_classes
#define LATE_LIST(f, E, table)                                         \
	{                                                              \
		LATE(f, FACT_ARRAY), .stride = sizeof(E), .sub = table \
	}

/* clang-format off */
static const struct fact text_facts[] = {
	{ .name = "", .type = FACT_STR, .at = offsetof(struct dotnet_text, s) },
	FACT_LAST,
};

static const struct fact number_facts[] = {
	{ .name = "", .type = FACT_INT, .at = offsetof(struct dotnet_number, v) },
	FACT_LAST,
};

static const struct fact version_facts[] = {
	FACT_I(struct dotnet_version, major),
	FACT_I(struct dotnet_version, minor),
	FACT_I(struct dotnet_version, build_number),
	FACT_I(struct dotnet_version, revision_number),
	FACT_LAST,
};

static const struct fact stream_facts[] = {
	FACT_S(struct dotnet_stream, name),
	FACT_I(struct dotnet_stream, offset),
	FACT_I(struct dotnet_stream, size),
	FACT_LAST,
};

static const struct fact resource_facts[] = {
	FACT_I(struct dotnet_resource, offset),
	FACT_I(struct dotnet_resource, length),
	FACT_S(struct dotnet_resource, name),
	FACT_LAST,
};

static const struct fact param_facts[] = {
	FACT_S(struct dotnet_param, name),
	FACT_S(struct dotnet_param, type),
	FACT_LAST,
};

#define METHOD_INT(name_, f)                                                       \
	{                                                                          \
		.name = name_, .type = FACT_INT, .at = offsetof(struct dotnet_method, f) \
	}

static const struct fact method_facts[] = {
	FACT_A(struct dotnet_method, generic_parameters, struct dotnet_text, text_facts),
	FACT_I(struct dotnet_method, number_of_generic_parameters),
	FACT_A(struct dotnet_method, parameters, struct dotnet_param, param_facts),
	FACT_I(struct dotnet_method, number_of_parameters),
	FACT_S(struct dotnet_method, return_type),
	FACT_I(struct dotnet_method, abstract),
	FACT_I(struct dotnet_method, final),
	METHOD_INT("virtual", is_virtual),
	METHOD_INT("static", is_static),
	FACT_S(struct dotnet_method, visibility),
	FACT_S(struct dotnet_method, name),
	FACT_LAST,
};

static const struct fact class_facts[] = {
	FACT_S(struct dotnet_class, fullname),
	FACT_S(struct dotnet_class, name),
	{ .name = "namespace", .type = FACT_STR, .at = offsetof(struct dotnet_class, space) },
	{ CLASSX("namespace", FACT_STR, x_space) },
	FACT_S(struct dotnet_class, visibility),
	FACT_S(struct dotnet_class, type),
	FACT_I(struct dotnet_class, abstract),
	FACT_I(struct dotnet_class, sealed),
	FACT_I(struct dotnet_class, number_of_generic_parameters),
	FACT_A(struct dotnet_class, generic_parameters, struct dotnet_text, text_facts),
	FACT_I(struct dotnet_class, number_of_base_types),
	{ CLASSX("number_of_base_types", FACT_INT, x_number_of_base_types) },
	FACT_A(struct dotnet_class, base_types, struct dotnet_text, text_facts),
	{ CLASSX("base_types", FACT_ARRAY, x_base_types), .stride = sizeof(struct dotnet_text),
		.sub = text_facts },
	FACT_I(struct dotnet_class, number_of_methods),
	FACT_A(struct dotnet_class, methods, struct dotnet_method, method_facts),
	FACT_LAST,
};

static const struct fact assembly_ref_facts[] = {
	FACT_T(struct dotnet_assembly_ref, version, version_facts),
	FACT_S(struct dotnet_assembly_ref, public_key_or_token),
	FACT_S(struct dotnet_assembly_ref, name),
	FACT_LAST,
};

static const struct fact assembly_facts[] = {
	FACT_T(struct dotnet_assembly, version, version_facts),
	FACT_S(struct dotnet_assembly, name),
	FACT_S(struct dotnet_assembly, culture),
	FACT_LAST,
};

const struct fact dotnet_facts[] = {
	FACT_I(struct dotnet, is_dotnet),
	FACT_S(struct dotnet, version),
	LATE_STR(module_name),
	LATE_LIST(streams, struct dotnet_stream, stream_facts),
	LATE_INT(number_of_streams),
	LATE_LIST(guids, struct dotnet_text, text_facts),
	LATE_INT(number_of_guids),
	LATE_LIST(resources, struct dotnet_resource, resource_facts),
	LATE_INT(number_of_resources),
	LATE_INTX(number_of_resources),
	{ CLASSES(classes, FACT_ARRAY), .stride = sizeof(struct dotnet_class), .sub = class_facts },
	{ CLASSES(number_of_classes, FACT_INT) },
	LATE_LIST(assembly_refs, struct dotnet_assembly_ref, assembly_ref_facts),
	LATE_INT(number_of_assembly_refs),
	LATE_INTX(number_of_assembly_refs),
	{ LATE(assembly, FACT_STRUCT), .sub = assembly_facts },
	LATE_LIST(modulerefs, struct dotnet_text, text_facts),
	LATE_INT(number_of_modulerefs),
	LATE_INTX(number_of_modulerefs),
	LATE_LIST(user_strings, struct dotnet_text, text_facts),
	LATE_INT(number_of_user_strings),
	LATE_STR(typelib),
	LATE_LIST(constants, struct dotnet_text, text_facts),
	LATE_INT(number_of_constants),
	LATE_INTX(number_of_constants),
	LATE_LIST(field_offsets, struct dotnet_number, number_facts),
	LATE_INT(number_of_field_offsets),
	LATE_INTX(number_of_field_offsets),
	FACT_LAST,
};
/* clang-format on */
