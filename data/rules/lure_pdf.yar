/* PDF files that act when opened. */

rule pdf_launches_program : lure pdf
{
	meta:
		description = "PDF whose launch action names a command interpreter"
		author = "candor"
		severity = "high"
		technique = "T1204.002"
		date = "2025-06-06"
	strings:
		$launch = /\/S\s?\/Launc[h]/
		$what = /\/(F|P|Win)\s?(<<)?[^>]{0,120}(cmd(\.exe)?|powershell|mshta|wscript|cscript|rundll32)/ nocase
	condition:
		uint32be(0) == 0x25504446 and filesize < 32MB and all of them
}

rule pdf_script_at_opening : lure pdf
{
	meta:
		description = "PDF with JavaScript at opening that unpacks text or sprays memory"
		author = "candor"
		severity = "high"
		technique = "T1203"
		date = "2025-06-06"
	strings:
		$open = /\/(OpenAction|AA)\b/
		$js = /\/(JS|JavaScript)[\s(\/<]/
		$a1 = /unescape\s?\(\s?["'\\]{0,2}%u[0-9a-f]{4}%u/ nocase
		$a2 = /eval\s?\(\s?(unescape|String\.fromCharCode|this\.info|event\.target)/
		$a3 = /util\.printf\s?\(\s?["'\\]{1,3}%45000/
		$a4 = /(Collab\.(collectEmailInfo|getIcon)|media\.newPlayer)\s?\(/
		$a5 = /(%u9090|%u0c0c|\\x90\\x90)(%u9090|%u0c0c|\\x90\\x90)/ nocase
	condition:
		uint32be(0) == 0x25504446 and filesize < 16MB and $open and $js and any of ($a*)
}

rule pdf_exports_program : lure pdf
{
	meta:
		description = "PDF that exports an attached program or script and starts it"
		author = "candor"
		severity = "high"
		technique = "T1204.002"
		date = "2025-06-06"
	strings:
		$export = /exportDataObject\s?\(\s?\{[^}]{0,120}nLaunch\s?:\s?[12]/
		$file = /\/EmbeddedFil[e]/
	condition:
		uint32be(0) == 0x25504446 and filesize < 32MB and all of them
}

rule pdf_hides_names : lure pdf
{
	meta:
		description = "PDF that spells the names of actions with hexadecimal escapes"
		author = "candor"
		severity = "medium"
		technique = "T1027"
		date = "2025-06-06"
	strings:
		$js = /(\/#4a[#0-9a-z]{9,29}|\/J(#61|a)(#76|v)[#0-9a-z]{7,23})[\s<(\/]/ nocase
		$plain = "/JavaScript" ascii nocase
		$open = /\/#4f[#0-9a-z]{9,29}[\s<(\/]|\/Op?(#70|#65|e#6e|en#41)[#0-9a-z]{6,23}[\s<(\/]/ nocase
	condition:
		uint32be(0) == 0x25504446 and filesize < 16MB and
		(#js > #plain or $open)
}

rule pdf_one_page_link : lure pdf
{
	meta:
		description = "Tiny PDF with one page that sends its reader to an archive on a bare address"
		author = "candor"
		severity = "medium"
		technique = "T1566.002"
		date = "2025-06-06"
	strings:
		$uri = /\/URI\s?\(\s?https?:\/\/\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}[^)]{0,120}\.(zip|iso|js|exe|hta|rar|7z|img|lnk|vbs)\s?\)/ nocase
		$page = /\/Type\s?\/Page\b/
	condition:
		uint32be(0) == 0x25504446 and filesize < 512KB and $uri and #page < 3
}
