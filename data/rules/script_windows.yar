/* Windows scripting other than PowerShell: VBScript, JScript, HTA, scriptlets, batch. */

rule vbs_download_save_run : dropper vbscript
{
	meta:
		description = "VBScript downloads a file, saves it through ADODB.Stream and runs it"
		author = "candor"
		severity = "high"
		technique = "T1059.005"
		date = "2025-06-04"
	strings:
		$http = /CreateObject\s?\(\s?["'](MSXML2\.(Server)?XMLHTTP|Microsoft\.XMLHTTP|WinHttp\.WinHttpRequest)/ ascii wide nocase
		$stream = /CreateObject\s?\(\s?["']ADODB\.Strea[m]/ ascii wide nocase
		$save = /\.SaveToFil[e]/ ascii wide nocase
		$run = /(WScript\.Shell|Shell\.Application)["']/ ascii wide nocase
	condition:
		filesize < 1MB and all of them
}

rule vbs_executes_char_codes : dropper vbscript
{
	meta:
		description = "VBScript that builds its program from character codes and executes it"
		author = "candor"
		severity = "high"
		technique = "T1027"
		date = "2025-06-04"
	strings:
		$exec = /\b(Execute|ExecuteGlobal|Eval)\s?[( ]/ nocase
		$chars = /(chrw?\s?\(\s?(&h[0-9a-f]{1,2}|\d{1,3}([-+*\/]\d{1,6})?)\s?\)\s?&\s?){10}/ nocase
		$split = /Split\s?\(\s?"(\d{2,5}[^0-9"]{1,3}){20}/ nocase
	condition:
		filesize < 2MB and $exec and any of ($chars, $split)
}

rule jscript_downloader : dropper jscript
{
	meta:
		description = "JScript that downloads through ActiveX and runs the result"
		author = "candor"
		severity = "high"
		technique = "T1059.007"
		date = "2025-06-04"
	strings:
		$http = /new\s+ActiveXObject\s?\(\s?["'](MSXML2\.(Server)?XMLHTTP|Microsoft\.XMLHTTP|WinHttp)/ ascii wide nocase
		$stream = /ADODB\.Strea[m]/ ascii wide nocase
		$shell = /new\s+ActiveXObject\s?\(\s?["'](WScript\.Shell|Shell\.Application)/ ascii wide nocase
		$save = /saveToFil[e]/ ascii wide nocase
	condition:
		filesize < 2MB and all of them
}

rule hta_runs_command : dropper hta
{
	meta:
		description = "HTML application that hides its window and starts an interpreter"
		author = "candor"
		severity = "high"
		technique = "T1218.005"
		date = "2025-06-04"
	strings:
		$hta = /<hta:applicatio[n]/ ascii wide nocase
		$script = /<script[^>]{0,40}(vbscript|jscript|javascript)/ ascii wide nocase
		$shell = /(WScript\.Shell|Shell\.Application)/ ascii wide nocase
		$what = /(powershell|cmd(\.exe)? \/c|mshta|rundll32|regsvr32|certutil)/ ascii wide nocase
		$hide = /(window\.(moveTo|resizeTo)\s?\(\s?-?[0-9]{1,6}|showintaskbar\s?=\s?["']?no|windowstate\s?=\s?["']?minimize)/ ascii wide nocase
	condition:
		filesize < 1MB and $hta and $script and $shell and $what and $hide
}

rule scriptlet_remote_code : dropper scriptlet
{
	meta:
		description = "COM scriptlet whose registration starts a program"
		author = "candor"
		severity = "high"
		technique = "T1218.010"
		date = "2025-06-04"
	strings:
		$let = /<scriptle[t]>/ nocase
		$reg = /<registration[\s>]/ nocase
		$run = /(ActiveXObject|CreateObject)\s?\(\s?["']WScript\.Shell["']\s?\)\s?\.\s?(Run|Exec)\s?\(?/ nocase
	condition:
		filesize < 256KB and all of them
}

rule command_line_living_off : dropper batch
{
	meta:
		description = "Script that makes a signed Windows program fetch and run remote code"
		author = "candor"
		severity = "high"
		technique = "T1218"
		date = "2025-06-04"
	strings:
		$regsvr = /regsvr32(\.exe)?["']?\s[^\r\n]{0,40}\/i:https?:\/\/[^\s]{3,120}\s{1,4}scrobj(\.dll)?/ ascii wide nocase
		$mshta = /mshta(\.exe)?["']?\s{1,4}["']?(https?:\/\/[^\s"']{3,120}\.hta|(vbscript|javascript):[^\r\n]{0,80}(GetObject|WScript\.Shell|RunHTMLApplication))/ ascii wide nocase
		$rundll = /rundll32(\.exe)?["']?\s{1,4}javascript:["'][^\r\n]{0,40}RunHTMLApplicatio[n]/ ascii wide nocase
		$bits = /bitsadmin(\.exe)?["']?\s[^\r\n]{0,60}\/transfer\s[^\r\n]{1,60}https?:\/\/[^\r\n]{3,160}(%temp%|%appdata%|\\users\\public|%programdata%)/ ascii wide nocase
	condition:
		filesize < 1MB and uint16(0) != 0x5A4D and any of them
}

rule batch_certutil_decode : dropper batch
{
	meta:
		description = "Batch file that fetches or decodes a program with certutil and starts it"
		author = "candor"
		severity = "high"
		technique = "T1140"
		date = "2025-06-04"
	strings:
		$fetch = /certutil(\.exe)?["']?\s[^\r\n]{0,40}-urlcache\s[^\r\n]{0,40}https?:\/\// ascii wide nocase
		$decode = /certutil(\.exe)?["']?\s[^\r\n]{0,20}-decode(hex)?\s[^\r\n]{3,120}\.(exe|dll|scr|vbs|js|ps1|bat)/ ascii wide nocase
		$start = /(^|[\r\n&])\s{0,4}(start|call|rundll32|wscript|cscript|%temp%)[\s\\"]/ nocase
	condition:
		filesize < 4MB and uint16(0) != 0x5A4D and $start and ($fetch or $decode)
}

rule batch_variable_soup : dropper batch
{
	meta:
		description = "Batch file whose commands are spelt by cutting letters out of variables"
		author = "candor"
		severity = "medium"
		technique = "T1027.010"
		date = "2025-06-04"
	strings:
		$cut = /(%[a-z0-9_]{1,20}:~-?\d{1,3},1%){6}/ nocase
		$set = /(^|\n)@?set\s{1,4}["']?[a-z0-9_]{1,20}=/ nocase
	condition:
		filesize < 2MB and $set in (0..65536) and #cut > 2
}

rule html_smuggles_file : dropper html
{
	meta:
		description = "HTML that builds an archive or program out of its own text and saves it unasked"
		author = "candor"
		severity = "high"
		technique = "T1027.006"
		date = "2025-06-04"
	strings:
		$blob = /new\s+Blob\s?\(\s?\[/ nocase
		$save = /msSaveOrOpenBlob|msSaveBlob|\.download\s?=\s?["'`][^"'`]{1,60}\.(zip|iso|img|exe|js|hta|lnk|vbs|vhd|rar|7z)["'`]/ nocase
		$click = /\.click\s?\(\s?\)/
		$zip = /["'`]UEsDB[A-Za-z0-9+\/]{40}/
		$exe = /["'`]TVqQAAMAAAAEAAAA/
		$iso = /["'`]AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/
		$page = /<(html|script|body|!doctype)/ nocase
	condition:
		filesize < 32MB and $page in (0..4096) and $blob and $save and $click and any of ($zip, $exe, $iso)
}

rule js_unpacks_and_runs : dropper jscript
{
	meta:
		description = "JScript for the script host whose text is mostly hex escapes that are evaluated"
		author = "candor"
		severity = "medium"
		technique = "T1027"
		date = "2025-06-04"
	strings:
		$escapes = /["'](\\x[0-9a-f]{2}){40}/ nocase
		$eval = /(\beval\s?\(|new\s+Function\s?\(|\]\s?\(\s?["']\\x)/
		$host = /\bWScript\b|ActiveXObjec[t]|\\x57\\x53\\x63\\x72\\x69\\x70\\x74/
	condition:
		filesize < 1MB and all of them
}

rule autorun_starts_program : dropper autorun
{
	meta:
		description = "autorun.inf that starts a script host or a hidden program"
		author = "candor"
		severity = "medium"
		technique = "T1091"
		date = "2025-06-04"
	strings:
		$head = /\[autorun\]/ nocase
		$open = /(open|shell\\[a-z]{1,12}\\command|shellexecute)\s?=\s?[^\r\n]{0,60}(wscript|cscript|rundll32|mshta|powershell|cmd(\.exe)?\s{1,2}\/c|recycler\\|\$recycle)/ nocase
	condition:
		filesize < 16KB and all of them
}
