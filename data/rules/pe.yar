/* Windows programs: packers, oddities, and programs hidden in other things. */

rule pe_upx_packed : packer pe
{
	meta:
		description = "Windows program packed with UPX"
		author = "candor"
		severity = "low"
		technique = "T1027.002"
		date = "2025-06-07"
	strings:
		$s0 = { 55 50 58 30 00 00 00 00 }
		$s1 = { 55 50 58 31 00 00 00 00 }
		$magic = "UPX!" ascii
	condition:
		uint16(0) == 0x5A4D and uint32(uint32(0x3C)) == 0x4550 and
		$s0 in (0..1024) and $s1 in (0..1024) and $magic in (0..2048)
}

rule pe_upx_renamed_sections : packer pe
{
	meta:
		description = "UPX-packed Windows program whose section names were changed"
		author = "candor"
		severity = "medium"
		technique = "T1027.002"
		date = "2025-06-07"
	strings:
		$magic = { (30 2E | 31 2E | 32 2E | 33 2E | 34 2E) ?? ?? 00 55 50 58 21 0? ?? ?? 0? }
		$s0 = { 55 50 58 30 00 00 00 00 }
	condition:
		uint16(0) == 0x5A4D and uint32(uint32(0x3C)) == 0x4550 and
		$magic in (0..2048) and not $s0 in (0..1024)
}

rule pe_other_packers : packer pe
{
	meta:
		description = "Windows program with the section names of a packer other than UPX"
		author = "candor"
		severity = "low"
		technique = "T1027.002"
		date = "2025-06-07"
	strings:
		$aspack = { 2E 61 73 70 61 63 6B 00 }
		$adata = { 2E 61 64 61 74 61 00 00 }
		$mpress1 = { 2E 4D 50 52 45 53 53 31 }
		$mpress2 = { 2E 4D 50 52 45 53 53 32 }
		$petite = { 2E 70 65 74 69 74 65 00 }
		$pec2 = { 50 45 43 6F 6D 70 61 63 74 32 }
		$nsp = { 2E 6E 73 70 30 00 00 00 }
		$fsg = { 46 53 47 21 }
		$mew = { 4D 45 57 46 00 }
		$kkrunchy = { 6B 6B 72 75 6E 63 68 79 }
	condition:
		uint16(0) == 0x5A4D and uint32(uint32(0x3C)) == 0x4550 and
		(($aspack in (0..1024) and $adata in (0..1024)) or
		 ($mpress1 in (0..1024) and $mpress2 in (0..1024)) or
		 for any of ($petite, $pec2, $nsp, $fsg, $mew, $kkrunchy) : (@ < 1024))
}

rule pe_protectors : packer pe
{
	meta:
		description = "Windows program with the section names of a virtualising protector"
		author = "candor"
		severity = "medium"
		technique = "T1027.002"
		date = "2025-06-07"
	strings:
		$vmp0 = { 2E 76 6D 70 30 00 00 00 }
		$vmp1 = { 2E 76 6D 70 31 00 00 00 }
		$themida = { 2E 74 68 65 6D 69 64 61 }
		$winlice = { 2E 77 69 6E 6C 69 63 65 }
		$enigma = { 2E 65 6E 69 67 6D 61 31 }
		$obsid = { 2E 6F 62 73 69 64 00 00 }
	condition:
		uint16(0) == 0x5A4D and uint32(uint32(0x3C)) == 0x4550 and
		for any of them : (@ < 1536)
}

rule pe_section_writable_executable : oddity pe
{
	meta:
		description = "Windows program, not a driver, whose first section is writable and executable and empty in the file"
		author = "candor"
		severity = "low"
		technique = "T1027.002"
		date = "2025-06-07"
	condition:
		uint16(0) == 0x5A4D and uint32(uint32(0x3C)) == 0x4550 and
		uint16(uint32(0x3C) + 6) > 1 and
		uint32(uint32(0x3C) + 24 + uint16(uint32(0x3C) + 20) + 16) == 0 and
		uint32(uint32(0x3C) + 24 + uint16(uint32(0x3C) + 20) + 8) > 0x1000 and
		uint32(uint32(0x3C) + 24 + uint16(uint32(0x3C) + 20) + 36) & 0xA0000000 == 0xA0000000
}

rule pe_hidden_by_xor : oddity pe
{
	meta:
		description = "Windows program hidden in another file under a one-byte key"
		author = "candor"
		severity = "high"
		technique = "T1027"
		date = "2025-06-07"
	strings:
		$dos = "This program cannot be run in DOS mode" xor(0x01-0xFF)
	condition:
		filesize < 32MB and $dos
}

rule pe_as_base64_text : oddity text
{
	meta:
		description = "Text file that carries a Windows program in base64"
		author = "candor"
		severity = "medium"
		technique = "T1027.013"
		date = "2025-06-07"
	strings:
		$mz = /TVqQAAMAAAAEAAAA\/\/8AALgAAAAAAAAAQAAAAAAAA[A]/ ascii wide
		$dos1 = "This program cannot be run in DOS mode" base64
		$dos2 = "This program cannot be run in DOS mode" base64wide
	condition:
		filesize < 32MB and uint16(0) != 0x5A4D and uint32be(0) != 0x7F454C46 and
		$mz and ($dos1 or $dos2)
}

rule pe_as_hex_text : oddity text
{
	meta:
		description = "Text file that carries a Windows program in hexadecimal"
		author = "candor"
		severity = "medium"
		technique = "T1027.013"
		date = "2025-06-07"
	strings:
		$plain = /4d5a90000300000004000000ffff0000b80000000000000040000000000000[0]/ nocase
		$spaced = /4d 5a 90 00 03 00 00 00 04 00 00 00 ff ff 00 0[0]/ nocase
		$array = /0x4d, ?0x5a, ?0x90, ?0x00, ?0x03, ?0x00, ?0x00, ?0x00, ?0x04, ?0x00, ?0x00, ?0x0[0]/ nocase
	condition:
		filesize < 32MB and uint16(0) != 0x5A4D and any of ($plain, $spaced, $array) and
		uint16be(0) != 0x7B5C and uint32be(0) != 0x7F454C46
}

rule pe_reversed : oddity
{
	meta:
		description = "Windows program stored backwards, as text or bytes"
		author = "candor"
		severity = "high"
		technique = "T1027"
		date = "2025-06-07"
	strings:
		$bytes = /edom SOD ni nur eb tonnac margorp sih[T]/
		$text = /AAAAAAAAAAAQAAAAAAAAAA[A-Za-z0-9+\/]{0,4}LgAAA\/\/8AAAAEAAAAMAAQqV[T]/
	condition:
		filesize < 32MB and (($bytes and uint16be(filesize - 2) == 0x5A4D) or $text)
}

rule pe_two_dos_headers : oddity pe
{
	meta:
		description = "Windows program with another appended in clear, and a loader's functions"
		author = "candor"
		severity = "low"
		technique = "T1027.009"
		date = "2025-06-07"
	strings:
		$dos = "This program cannot be run in DOS mode" ascii
		$f1 = "NtUnmapViewOfSection" ascii
		$f2 = "WriteProcessMemory" ascii
		$f3 = "SetThreadContext" ascii
		$f4 = "VirtualAllocEx" ascii
		$f5 = "ResumeThread" ascii
	condition:
		uint16(0) == 0x5A4D and filesize < 16MB and #dos > 1 and 4 of ($f*)
}

rule pe_keylogger_mailer : stealer pe
{
	meta:
		description = "Windows program that logs keys and sends mail or messages with the result"
		author = "candor"
		severity = "medium"
		technique = "T1056.001"
		date = "2025-06-07"
	strings:
		$hook1 = "SetWindowsHookEx" ascii wide
		$hook2 = "GetAsyncKeyState" ascii wide
		$key1 = "[BACKSPACE]" ascii wide nocase
		$key2 = "[CAPSLOCK]" ascii wide nocase
		$key3 = "[ENTER]" ascii wide nocase
		$send1 = "smtp." ascii wide nocase
		$send2 = "api.telegram.org/bot" ascii wide nocase
		$send3 = "discord.com/api/webhooks" ascii wide nocase
	condition:
		uint16(0) == 0x5A4D and filesize < 8MB and any of ($hook*) and 2 of ($key*) and any of ($send*)
}

rule pe_browser_stealer : stealer pe
{
	meta:
		description = "Windows program that reads the passwords and cookies of several browsers"
		author = "candor"
		severity = "high"
		technique = "T1555.003"
		date = "2025-06-07"
	strings:
		$b1 = "\\Google\\Chrome\\User Data" ascii wide nocase
		$b2 = "\\BraveSoftware\\Brave-Browser\\User Data" ascii wide nocase
		$b3 = "\\Opera Software\\Opera Stable" ascii wide nocase
		$b4 = "\\Microsoft\\Edge\\User Data" ascii wide nocase
		$b5 = "\\Mozilla\\Firefox\\Profiles" ascii wide nocase
		$b6 = "\\Yandex\\YandexBrowser\\User Data" ascii wide nocase
		$f1 = "Login Data" ascii wide
		$f2 = "encrypted_key" ascii wide
		$f3 = "wallet.dat" ascii wide
		$f4 = "logins.json" ascii wide
		$f5 = "CryptUnprotectData" ascii wide
	condition:
		uint16(0) == 0x5A4D and filesize < 16MB and 3 of ($b*) and 3 of ($f*)
}
