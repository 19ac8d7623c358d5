/*
 * lnk.h - Windows shortcuts (shell links), as the rule module `lnk` shows them.
 *
 * The module is YARA-X's, and so are its values; docs/formats/lnk.md lists the choices.
 * A shortcut is small and read as a whole by open(), once and forwards: each byte is in
 * at most one item, string or block. Private to the files lnk*.c.
 */
#pragma once

#include "format/format.h"

enum lnk_note {
	LNK_NOTE_LIMIT = 1 << 0, /* the arena was spent */
	LNK_NOTE_CUT = 1 << 1,   /* a part left the file; what came before it stands */
};

/*
 * One shell item of the path to the target. item_type: as lnk.ShellItemType has it; of
 * the strings one, at most, is defined, as its type says.
 */
struct lnk_item {
	int64_t item_type;
	struct bytes data; /* all behind the type */
	struct bytes cpl_file_path, root_folder_id, volume_name, volume_id;
	struct bytes file_entry_name, network_location;
};

/* TrackerDataBlock (MS-SHLLINK 2.5.10); the ids as text, as YARA-X writes GUIDs. */
struct lnk_tracker {
	int64_t version;
	struct bytes machine_id, droid_volume_id, droid_file_id;
	struct bytes droid_birth_volume_id, droid_birth_file_id;
};

struct lnk {
	int64_t is_lnk;
	struct bytes name;
	int64_t creation_time, access_time, write_time; /* seconds since 1970 */
	int64_t file_size, file_attributes, icon_index, show_command;
	struct bytes icon_location;
	int64_t drive_type, drive_serial_number;
	struct bytes volume_label, local_base_path, common_path_suffix;
	struct bytes relative_path, working_dir, cmd_line_args;
	int64_t overlay_size, overlay_offset;
	struct lnk_tracker tracker_data;
	struct fact_array target_id_list; /* struct lnk_item */

	/* From here on private. */
	struct parse *parse;
	uint64_t steps; /* items and blocks that were read */
};

extern const struct fact lnk_facts[], lnk_item_facts[];

/* lnk_item.c: the items of an IDList, without its size field. */
enum err lnk_read_items(struct lnk *l, struct bytes list);
