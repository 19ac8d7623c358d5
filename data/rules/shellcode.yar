/* Position-independent code that common tool kits generate, in any file. */

rule shellcode_block_api_x86 : shellcode
{
	meta:
		description = "32-bit code that finds functions by walking the loader's list and hashing names"
		author = "candor"
		severity = "high"
		technique = "T1055"
		date = "2025-06-08"
	strings:
		$peb = { 64 8B (50 | 52 | 40 | 48 | 58 | 70) 30 8B ?? 0C 8B ?? 14 }
		$hash = { AC 3C 61 7C 02 2C 20 C1 CF 0D 01 C7 }
		$peb2 = { 31 D2 64 8B 52 30 8B 52 0C 8B 52 14 }
	condition:
		filesize < 8MB and $hash and any of ($peb, $peb2)
}

rule shellcode_block_api_x64 : shellcode
{
	meta:
		description = "64-bit code that finds functions by walking the loader's list and hashing names"
		author = "candor"
		severity = "high"
		technique = "T1055"
		date = "2025-06-08"
	strings:
		$peb = { 65 48 8B 52 60 48 8B 52 18 48 8B 52 20 }
		$hash = { AC 3C 61 7C 02 2C 20 41 C1 C9 0D 41 01 C1 }
	condition:
		filesize < 8MB and all of them
}

rule shellcode_linux_connect_back : shellcode
{
	meta:
		description = "Linux code that opens a connection, duplicates it onto the streams and starts a shell"
		author = "candor"
		severity = "high"
		technique = "T1059.004"
		date = "2025-06-08"
	strings:
		$sh32 = { 68 2F 2F 73 68 68 2F 62 69 6E 89 E3 }
		$dup32 = { B0 3F CD 80 49 79 F9 }
		$sh64 = { 48 (BB | BF | B8 | B9) 2F 62 69 6E 2F (2F 73 68 | 73 68 00) }
		$sock64 = { 6A 29 58 (99 6A 02 5F | 6A 02 5F) }
		$dup64 = { 6A 21 58 0F 05 }
	condition:
		filesize < 4MB and (($sh32 and $dup32) or ($sh64 and $sock64 and $dup64))
}

rule shellcode_as_c_text : shellcode text
{
	meta:
		description = "Source or script with a table of hex escapes that begins like generated code"
		author = "candor"
		severity = "high"
		technique = "T1027"
		date = "2025-06-08"
	strings:
		$esc86 = /\\xfc\\xe8\\x8[29f]\\x00\\x00\\x0[0]/ nocase
		$esc64 = /\\xfc\\x48\\x83\\xe4\\xf[0]/ nocase
		$num86 = /0xfc, ?0xe8, ?0x8[29f], ?0x00, ?0x00, ?0x0[0]/ nocase
		$num64 = /0xfc, ?0x48, ?0x83, ?0xe4, ?0xf[0]/ nocase
	condition:
		filesize < 2MB and any of them
}

rule shellcode_egg_hunter : shellcode
{
	meta:
		description = "Code that looks for a marked block in memory by probing each page"
		author = "candor"
		severity = "medium"
		technique = "T1055"
		date = "2025-06-08"
	strings:
		$nt = { 66 81 CA FF 0F 42 52 6A 02 58 CD 2E 3C 05 5A 74 EF B8 ?? ?? ?? ?? 8B FA AF 75 EA AF 75 E7 }
		$linux = { 66 81 C9 FF 0F 41 6A 43 58 CD 80 3C F2 74 F1 B8 ?? ?? ?? ?? 89 CF AF 75 EC AF 75 E9 }
	condition:
		filesize < 8MB and any of them
}
