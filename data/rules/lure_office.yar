/* Documents that run something: macros, fields, templates, embedded objects. */

rule office_macro_autorun_shell : lure office
{
	meta:
		description = "OLE2 document with macros that run at opening and start a program"
		author = "candor"
		severity = "high"
		technique = "T1204.002"
		date = "2025-06-06"
	strings:
		$auto = /\b(Auto_?Open|Document_Open|Workbook_Open|AutoExec|Document_Close|AutoClose)\b/ ascii wide nocase
		$vba = /Attribut(e|\x00e) VB_|_VBA_PROJECT|V\x00B\x00A\x00/
		$shell = /WScript\.Shell|Shell\.Application|\bShell\s?\(|Win32_Process|ShellExecute/ ascii wide nocase
		$what = /powershell|cmd(\.exe)? \/c|mshta|rundll32|regsvr32|certutil|URLDownloadToFile|MSXML2\.XMLHTTP/ ascii wide nocase
	condition:
		uint32be(0) == 0xD0CF11E0 and filesize < 16MB and all of them
}

rule office_macro_source : lure office
{
	meta:
		description = "Macro source text that runs at opening, downloads and starts a program"
		author = "candor"
		severity = "high"
		technique = "T1059.005"
		date = "2025-06-06"
	strings:
		$auto = /Sub\s+(Auto_?Open|Document_Open|Workbook_Open|AutoExec)\s?\(/ nocase
		$get = /URLDownloadToFil[e]|MSXML2\.(Server)?XMLHTT[P]|WinHttp\.WinHttpReques[t]|Net\.WebClien[t]/ nocase
		$run = /WScript\.Shel[l]|\bShell\s?\(|ShellExecute|Win32_Proces[s]/ nocase
	condition:
		filesize < 2MB and all of them
}

rule office_dde_field : lure office
{
	meta:
		description = "Word field that starts a program by DDE"
		author = "candor"
		severity = "high"
		technique = "T1559.002"
		date = "2025-06-06"
	strings:
		$field = /(instrText[^<]{0,60}>|fldinst[^}]{0,40}|w:instr="|fldSimple[^>]{0,40}")\s{0,4}DDE(AUTO)?\s[^<}]{0,40}(cmd|powershell|mshta|msiexec|rundll32|system32)/ nocase
	condition:
		filesize < 4MB and $field
}

rule office_remote_template : lure office
{
	meta:
		description = "Relationship of an Office document that loads a template or object from a bare address or a share"
		author = "candor"
		severity = "high"
		technique = "T1221"
		date = "2025-06-06"
	strings:
		$rel = "<Relationship" ascii
		$type = /relationships\/(attachedTemplate|oleObject|frame|subDocument)"/
		$target = /Target\s?=\s?"(https?:\/\/\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}[:\/]|file:\/\/\/?\\\\|\\\\[0-9]{1,3}\.|mhtml:|https?:\/\/[^"]{3,160}!)/ nocase
		$mode = /TargetMode\s?=\s?"External"/
	condition:
		filesize < 256KB and all of them
}

rule office_troubleshooter_link : lure office
{
	meta:
		description = "Text that drives the Windows diagnostic tool into running a command"
		author = "candor"
		severity = "high"
		reference = "CVE-2022-30190"
		date = "2025-06-06"
	strings:
		$link = /ms-msdt:[\/-][^\r\n]{0,40}PCWDiagnosti[c]/ ascii wide nocase
		$browse = /IT_BrowseForFile\s?=[^\r\n]{0,40}(\$\(|Invoke-Expression|\/\.\.)/ ascii wide nocase
	condition:
		filesize < 1MB and any of them
}

rule office_excel4_macro : lure office
{
	meta:
		description = "Spreadsheet with a hidden Excel 4.0 macro sheet that runs at opening"
		author = "candor"
		severity = "high"
		technique = "T1059"
		date = "2025-06-06"
	strings:
		$sheet = { 85 00 ?? 00 ?? ?? ?? 00 (01 | 02) 01 }
		$name = { 18 00 17 00 20 00 00 01 07 00 00 00 00 00 00 00 00 00 00 01 3A }
		$auto = /Auto_?Open/ ascii wide nocase
		$call = /\b(EXEC|CALL|REGISTER|FORMULA\.FILL|URLMON|URLDownloadToFileA|ShellExecuteA)\b/ ascii
	condition:
		uint32be(0) == 0xD0CF11E0 and filesize < 8MB and $sheet and ($name or $auto) and $call
}

rule rtf_equation_object : lure rtf
{
	meta:
		description = "RTF with an embedded equation editor object, as exploited since 2017"
		author = "candor"
		severity = "high"
		reference = "CVE-2017-11882"
		date = "2025-06-06"
	strings:
		$class = /\\objclass\s{0,4}Equation\.[23]/ nocase
		$data = "4571756174696f6e2e33" ascii nocase
		$clsid = "02ce020000000000c000000000000046" ascii nocase
		$obj = "\\objdata" ascii nocase
	condition:
		(uint32be(0) == 0x7B5C7274 or uint32be(0) == 0x7B5C5C72) and filesize < 8MB and
		$obj and any of ($class, $data, $clsid)
}

rule rtf_packaged_program : lure rtf
{
	meta:
		description = "RTF that carries a packaged program or script which updates itself at opening"
		author = "candor"
		severity = "high"
		technique = "T1204.002"
		date = "2025-06-06"
	strings:
		$update = "\\objupdate" ascii nocase
		$obj = "\\objdata" ascii nocase
		$package = "5061636b61676500" ascii nocase
		$link = "4f4c45324c696e6b00" ascii nocase
		$mz = "4d5a90000300000004000000ffff" ascii nocase
	condition:
		uint32be(0) == 0x7B5C7274 and filesize < 16MB and $obj and
		($mz or ($update and any of ($package, $link)))
}

rule rtf_broken_header_object : lure rtf
{
	meta:
		description = "RTF with a crippled header and object data broken up by control words, to fool parsers"
		author = "candor"
		severity = "medium"
		technique = "T1027"
		date = "2025-06-06"
	strings:
		$obj = /\\objdata[^}]{0,80}(\{\\\*|\\bin0{0,8}\d?|\\'[0-9a-f]{2}|\\[a-z]{20})/ nocase
	condition:
		uint32be(0) == 0x7B5C7274 and uint8(4) != 0x66 and filesize < 8MB and $obj
}

rule onenote_carries_script : lure onenote
{
	meta:
		description = "OneNote notebook with an embedded script or program"
		author = "candor"
		severity = "high"
		technique = "T1204.002"
		date = "2025-06-06"
	strings:
		$one = { E4 52 5C 7B 8C D8 A7 4D AE B1 53 78 D0 29 96 D3 }
		$file = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC }
		$s1 = /<hta:applicatio[n]|<script[^>]{0,30}(vbscript|jscript)/ nocase
		$s2 = /powershell(\.exe)?\s|WScript\.Shell/ nocase
		$s3 = "@echo off" ascii nocase
		$s4 = "This program cannot be run in DOS mode" ascii
	condition:
		filesize < 32MB and $one at 0 and $file and any of ($s*)
}
