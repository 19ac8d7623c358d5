/* Shortcut files: Windows links, internet shortcuts, desktop entries. */

rule lnk_starts_interpreter : lure lnk
{
	meta:
		description = "Windows shortcut that starts an interpreter hidden or with a download"
		author = "candor"
		severity = "high"
		technique = "T1204.002"
		date = "2025-06-06"
	strings:
		$what = /(powershell|cmd|mshta|wscript|cscript|rundll32|regsvr32|conhost)(\.exe)?/ ascii wide nocase
		$how = /(-w(indowstyle)?\s{1,2}(h|hid|hidden|1)\b|-e(nc|ncodedcommand)?\s[A-Za-z0-9+\/=]{30}|DownloadString|DownloadFile|https?:\/\/|FromBase64String|\/c\s{1,2}(start|copy|curl|echo|for)\s|vbscript:)/ ascii wide nocase
	condition:
		uint32(0) == 0x4C and uint32be(4) == 0x01140200 and uint32be(8) == 0 and
		filesize < 1MB and all of them
}

rule lnk_hides_arguments : lure lnk
{
	meta:
		description = "Windows shortcut whose command is pushed out of sight by a run of blanks"
		author = "candor"
		severity = "high"
		technique = "T1027.012"
		reference = "ZDI-CAN-25373"
		date = "2025-06-06"
	strings:
		$blanks = { (20 | 09 | 0A | 0D | 0B) 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00
			20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00
			20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 }
		$breaks = { 0A 00 0A 00 0A 00 0A 00 0A 00 0A 00 0A 00 0A 00 0A 00 0A 00 0A 00 0A 00 0A 00 0A 00 }
	condition:
		uint32(0) == 0x4C and uint32be(4) == 0x01140200 and uint32be(8) == 0 and
		filesize < 4MB and any of them
}

rule lnk_carries_payload : lure lnk
{
	meta:
		description = "Windows shortcut much larger than any shortcut, that cuts a file out of itself"
		author = "candor"
		severity = "high"
		technique = "T1027.009"
		date = "2025-06-06"
	strings:
		$cut = /(findstr|Select-String|ReadAllBytes|gc\s[^\r\n]{1,60}-enc|Get-Content|\.lnk['"]?\s{0,4}\|)/ ascii wide nocase
		$mz = "This program cannot be run in DOS mode" ascii
		$pk = { 50 4B 03 04 14 00 }
		$hta = "<script" ascii wide nocase
		$pdf = "%PDF-1." ascii
	condition:
		uint32(0) == 0x4C and uint32be(4) == 0x01140200 and filesize > 16KB and filesize < 64MB and
		$cut in (0..8192) and any of ($mz, $pk, $hta, $pdf)
}

rule url_file_to_share : lure url
{
	meta:
		description = "Internet shortcut that opens a file on a WebDAV or SMB share of a bare address"
		author = "candor"
		severity = "high"
		technique = "T1187"
		date = "2025-06-06"
	strings:
		$head = "[InternetShortcut]" ascii nocase
		$url = /(URL|IconFile|WorkingDirectory)\s?=\s?(file:\/\/\/?(\\\\)?|\\\\)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(@(80|443|ssl)[^\r\n\\\/]{0,12})?[\\\/]/ nocase
	condition:
		filesize < 16KB and all of them
}

rule desktop_entry_lure : lure desktop
{
	meta:
		description = "Desktop entry that looks like a document and downloads a program"
		author = "candor"
		severity = "high"
		technique = "T1204.002"
		date = "2025-06-06"
	strings:
		$head = "[Desktop Entry]" ascii
		$name = /\nName(\[[a-z_A-Z]{2,5}\])?=[^\n]{1,80}\.(pdf|docx?|xlsx?|jpe?g|png)/ nocase
		$exec = /\nExec=[^\n]{0,60}((ba)?sh\s{1,2}-c|xdg-open)[^\n]{0,400}(curl|wget|base64\s-d|\/dev\/tcp)/
	condition:
		filesize < 1MB and all of them
}
