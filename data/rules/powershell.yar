/* PowerShell: download cradles, hidden starts and what turns a script into a foothold. */

rule powershell_download_and_run : dropper powershell
{
	meta:
		description = "PowerShell downloads text and evaluates it at once"
		author = "candor"
		severity = "high"
		technique = "T1059.001"
		date = "2025-06-03"
	strings:
		$a = /(IEX|Invoke-Expression)\s{0,4}[\s(&'"]{1,4}\(?\s{0,4}(New-Object|\(New-Object)\s{1,4}(System\.)?Net\.WebClient\s{0,4}\)\s{0,4}\.\s{0,4}Download(String|Data)\s{0,4}\(/ ascii wide nocase
		$b = /Net\.WebClient\s{0,4}\)\s{0,4}\.\s{0,4}DownloadString\s{0,4}\([^)]{4,200}\)\s{0,4}\)?\s{0,4}\|\s{0,4}(IEX|Invoke-Expression)/ ascii wide nocase
		$c = /(IEX|Invoke-Expression)\s{0,4}[\s(]{1,4}(iwr|irm|Invoke-WebRequest|Invoke-RestMethod|curl|wget)\s[^|\r\n]{0,40}https?:\/\// ascii wide nocase
		$known = /WebClient\)\.DownloadString\(['"]https:\/\/((community\.)?chocolatey\.org\/install\.ps1|get\.scoop\.sh|boxstarter\.org\/bootstrapper\.ps1)['"]/ ascii wide nocase
		$d = /(\biwr|\birm|Invoke-WebRequest|Invoke-RestMethod)\s[^|\r\n]{0,40}https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[^|\r\n]{2,80}\|\s{0,4}(IEX|Invoke-Expression)/ ascii wide nocase
	condition:
		filesize < 1MB and #a + #b + #c + #d > #known
}

rule powershell_hidden_encoded : dropper powershell
{
	meta:
		description = "PowerShell started without window with an encoded command"
		author = "candor"
		severity = "high"
		technique = "T1027.010"
		date = "2025-06-03"
	strings:
		$start = /powershell(\.exe)?["']?\s[^\r\n]{0,120}\s-e(n|nc|nco|ncodedcommand|c)?\s{1,4}["']?[A-Za-z0-9+\/=]{40}/ ascii wide nocase
		$hide = /\s-w(in|indowstyle)?\s{1,4}(h|hid|hidden|1)\b/ ascii wide nocase
	condition:
		filesize < 1MB and all of them
}

rule powershell_quiet_bypass : dropper powershell
{
	meta:
		description = "PowerShell started hidden, without profile, without policy, on a downloaded file"
		author = "candor"
		severity = "medium"
		technique = "T1059.001"
		date = "2025-06-03"
	strings:
		$policy = /powershell(\.exe)?["']?\s[^\r\n]{0,100}-(ep|ex|exec|executionpolicy)\s{1,4}(bypass|unrestricted)/ ascii wide nocase
		$hide = /-w(in|indowstyle)?\s{1,4}(h|hid|hidden|1)\b/ ascii wide nocase
		$fetch = /(DownloadFile|Start-BitsTransfer|Invoke-WebRequest|\biwr\b)[^\r\n]{0,200}(\$env:(temp|appdata|public)|%temp%|%appdata%|\\Users\\Public)/ ascii wide nocase
	condition:
		filesize < 256KB and all of them
}

rule powershell_amsi_bypass : dropper powershell
{
	meta:
		description = "PowerShell switches off the scan interface of Windows in its own process"
		author = "candor"
		severity = "high"
		technique = "T1562.001"
		date = "2025-06-03"
	strings:
		$field = /amsiInitFaile[d]/ ascii wide nocase
		$utils = /Management\.Automation\.AmsiUtil[s]/ ascii wide nocase
		$split = /['"]Amsi['"]\s?\+\s?['"]Utils['"]|['"]amsi['"]\s?\+\s?['"]Init/ ascii wide nocase
		$buffer = /AmsiScanBuffe[r]/ ascii wide nocase
		$patch = /VirtualProtect|Marshal\]::Copy/ ascii wide nocase
	condition:
		filesize < 1MB and uint16(0) != 0x5A4D and
		(($field and $utils) or $split or ($buffer and $patch and $utils))
}

rule powershell_loads_assembly_from_text : dropper powershell
{
	meta:
		description = "PowerShell loads a .NET assembly out of base64 text"
		author = "candor"
		severity = "high"
		technique = "T1620"
		date = "2025-06-03"
	strings:
		$load = /Reflection\.Assembly\]\s{0,2}::\s{0,2}Load\s{0,4}\(\s{0,4}(\[(System\.)?Convert\]\s{0,2}::\s{0,2}FromBase64String|\$[a-z_0-9]{1,30}\s{0,4}\))/ ascii wide nocase
		$long = /['"]TVqQAAMAAAAEAAAA/ ascii wide
		$from = /FromBase64Strin[g]/ ascii wide nocase
	condition:
		filesize < 8MB and $load and ($long or $from)
}

rule powershell_unpacks_stream : dropper powershell
{
	meta:
		description = "PowerShell evaluates a compressed base64 stream"
		author = "candor"
		severity = "high"
		technique = "T1027"
		date = "2025-06-03"
	strings:
		$stream = /IO\.Compression\.(GzipStream|DeflateStream)\s{0,4}[(\],]/ ascii wide nocase
		$from = /FromBase64String\s{0,4}\(\s{0,4}['"$(]/ ascii wide nocase
		$run = /\b(IEX|Invoke-Expression)\b|\.Invoke\s?\(\s?\)/ ascii wide nocase
		$reader = /ReadToEn[d]\s{0,4}\(/ ascii wide nocase
	condition:
		filesize < 2MB and all of them
}

rule powershell_shellcode_runner : dropper powershell
{
	meta:
		description = "PowerShell that puts a byte array into executable memory and starts a thread on it"
		author = "candor"
		severity = "high"
		technique = "T1055"
		date = "2025-06-03"
	strings:
		$bytes = /\[Byte\[\]\]\s{0,4}\$?[a-z_0-9]{0,20}\s{0,4}=?\s{0,4}@?\(?\s{0,4}(0x[0-9a-f]{2}\s{0,2},\s{0,2}){8}/ ascii wide nocase
		$alloc = /VirtualAllo[c]/ ascii wide nocase
		$thread = /CreateThrea[d]|GetDelegateForFunctionPointe[r]/ ascii wide nocase
		$copy = /Marshal\]\s{0,2}::\s{0,2}Cop[y]/ ascii wide nocase
	condition:
		filesize < 2MB and $bytes and 2 of ($alloc, $thread, $copy)
}

rule powershell_disables_defender : dropper powershell
{
	meta:
		description = "Script that switches Windows Defender off or excludes its own folder"
		author = "candor"
		severity = "high"
		technique = "T1562.001"
		date = "2025-06-03"
	strings:
		$off = /Set-MpPreference\s[^\r\n]{0,60}-Disable(RealtimeMonitoring|IOAVProtection|BehaviorMonitoring|ScriptScanning)\s{1,4}(\$true|1)/ ascii wide nocase
		$exclude = /Add-MpPreference\s[^\r\n]{0,40}-Exclusion(Path|Extension|Process)\s{1,4}['"]?(C:\\?['"\s,]|\.?exe|\$env:(temp|appdata|public)|%)/ ascii wide nocase
		$service = /(sc(\.exe)?\s{1,4}(stop|delete)|net(\.exe)?\s{1,4}stop)\s{1,4}["']?WinDefen[d]/ ascii wide nocase
	condition:
		filesize < 1MB and any of them
}

rule powershell_char_soup : dropper powershell
{
	meta:
		description = "PowerShell that spells its command by character codes or format indices"
		author = "candor"
		severity = "medium"
		technique = "T1027.010"
		date = "2025-06-03"
	strings:
		$chars = /(\[char\]\s?\(?(0x[0-9a-f]{2}|\d{2,3})\)?\s?\+\s?){8}/ ascii wide nocase
		$join = /-join\s{0,4}\(?\(?\s{0,4}(\d{2,3}\s?,\s?){12,20}/ ascii wide nocase
		$format = /\(\s?["']((\{\d{1,2}\}){6,40})["']\s?-f\s?['"]/ ascii wide nocase
		$call = /[&.|]\s?\(?\s?(\$env:comspec\[4|\$pshome\[|\$shellid\[|['"]iex['"]|['"]i['"]\s?\+\s?['"]ex)/ ascii wide nocase
	condition:
		filesize < 1MB and $call and any of ($chars, $join, $format)
}

rule powershell_credential_dump : hacktool powershell
{
	meta:
		description = "PowerShell that loads a credential dumper or copies the memory of lsass"
		author = "candor"
		severity = "high"
		technique = "T1003.001"
		date = "2025-06-03"
	strings:
		$katz = /Invoke-Mimikat[z]/ ascii wide nocase
		$logon = /sekurlsa::logonpassword[s]/ ascii wide nocase
		$dump = /comsvcs\.dll[^\r\n]{0,12}(MiniDump|#\+?0{0,4}24)[^\r\n]{0,80}/ ascii wide nocase
		$lsass = /Get-Process\s[^\r\n]{0,20}lsas[s]/ ascii wide nocase
	condition:
		filesize < 8MB and uint16(0) != 0x5A4D and ($katz or $logon or ($dump and $lsass))
}
