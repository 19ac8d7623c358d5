/*
 * lnk_facts.c - the schema of the module lnk: YARA-X's fields and enumerations.
 */
#include "format/lnk.h"

/* clang-format off */
const struct fact lnk_item_facts[] = {
	FACT_I(struct lnk_item, item_type),
	FACT_S(struct lnk_item, data),
	FACT_S(struct lnk_item, cpl_file_path),
	FACT_S(struct lnk_item, root_folder_id),
	FACT_S(struct lnk_item, volume_name),
	FACT_S(struct lnk_item, volume_id),
	FACT_S(struct lnk_item, file_entry_name),
	FACT_S(struct lnk_item, network_location),
	FACT_LAST,
};

static const struct fact tracker_facts[] = {
	FACT_I(struct lnk_tracker, version),
	FACT_S(struct lnk_tracker, machine_id),
	FACT_S(struct lnk_tracker, droid_volume_id),
	FACT_S(struct lnk_tracker, droid_file_id),
	FACT_S(struct lnk_tracker, droid_birth_volume_id),
	FACT_S(struct lnk_tracker, droid_birth_file_id),
	FACT_LAST,
};

/* MS-SHLLINK 2.1, ShowCommand. */
static const struct fact show_facts[] = {
	FACT_K("NORMAL", 1),
	FACT_K("MAXIMIZED", 3),
	FACT_K("MIN_NO_ACTIVE", 7),
	FACT_LAST,
};

/* MS-SHLLINK 2.3.1, DriveType. */
static const struct fact drive_facts[] = {
	FACT_K("UNKNOWN", 0),
	FACT_K("NO_ROOT_DIR", 1),
	FACT_K("REMOVABLE", 2),
	FACT_K("FIXED", 3),
	FACT_K("REMOTE", 4),
	FACT_K("CDROM", 5),
	FACT_K("RAMDISK", 6),
	FACT_LAST,
};

static const struct fact item_type_facts[] = {
	FACT_K("CONTROL_PANEL_CPL", 0x00),
	FACT_K("CONTROL_PANEL_CATEGORY", 0x01),
	FACT_K("ROOT_FOLDER", 0x1f),
	FACT_K("VOLUME", 0x20),
	FACT_K("FILE_ENTRY", 0x30),
	FACT_K("NETWORK_LOCATION", 0x40),
	FACT_K("COMPRESSED_FOLDER", 0x52),
	FACT_K("URI", 0x61),
	FACT_K("CONTROL_PANEL", 0x71),
	FACT_K("PRINTERS", 0x72),
	FACT_K("COMMON_PLACES_FOLDER", 0x73),
	FACT_K("USERS_FILES_FOLDER", 0x74),
	FACT_LAST,
};

#define ENUM(name_, table) { .name = name_, .type = FACT_STRUCT, .flags = FACT_HIDDEN, .sub = table }

const struct fact lnk_facts[] = {
	/* MS-SHLLINK 2.1.2, FileAttributesFlags. */
	FACT_K("FILE_ATTRIBUTE_READONLY", 0x1),
	FACT_K("FILE_ATTRIBUTE_HIDDEN", 0x2),
	FACT_K("FILE_ATTRIBUTE_SYSTEM", 0x4),
	FACT_K("RESERVED_1", 0x8),
	FACT_K("FILE_ATTRIBUTE_DIRECTORY", 0x10),
	FACT_K("FILE_ATTRIBUTE_ARCHIVE", 0x20),
	FACT_K("RESERVED_2", 0x40),
	FACT_K("FILE_ATTRIBUTE_NORMAL", 0x80),
	FACT_K("FILE_ATTRIBUTE_TEMPORARY", 0x100),
	FACT_K("FILE_ATTRIBUTE_SPARSE_FILE", 0x200),
	FACT_K("FILE_ATTRIBUTE_REPARSE_POINT", 0x400),
	FACT_K("FILE_ATTRIBUTE_COMPRESSED", 0x800),
	FACT_K("FILE_ATTRIBUTE_OFFLINE", 0x1000),
	FACT_K("FILE_ATTRIBUTE_NOT_CONTENT_INDEXED", 0x2000),
	FACT_K("FILE_ATTRIBUTE_ENCRYPTED", 0x4000),
	ENUM("ShowCommand", show_facts),
	ENUM("DriveType", drive_facts),
	ENUM("ShellItemType", item_type_facts),
	FACT_I(struct lnk, is_lnk),
	FACT_S(struct lnk, name),
	FACT_I(struct lnk, creation_time),
	FACT_I(struct lnk, access_time),
	FACT_I(struct lnk, write_time),
	FACT_I(struct lnk, file_size),
	FACT_I(struct lnk, file_attributes),
	FACT_I(struct lnk, icon_index),
	FACT_S(struct lnk, icon_location),
	FACT_I(struct lnk, show_command),
	FACT_I(struct lnk, drive_type),
	FACT_I(struct lnk, drive_serial_number),
	FACT_S(struct lnk, volume_label),
	FACT_S(struct lnk, local_base_path),
	FACT_S(struct lnk, common_path_suffix),
	FACT_S(struct lnk, relative_path),
	FACT_S(struct lnk, working_dir),
	FACT_S(struct lnk, cmd_line_args),
	FACT_I(struct lnk, overlay_size),
	FACT_I(struct lnk, overlay_offset),
	FACT_T(struct lnk, tracker_data, tracker_facts),
	FACT_A(struct lnk, target_id_list, struct lnk_item, lnk_item_facts),
	FACT_LAST,
};
/* clang-format on */
