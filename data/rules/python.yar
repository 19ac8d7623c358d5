/* Python droppers. */

rule python_runs_encoded : dropper python
{
	meta:
		description = "Python executes a long encoded text"
		author = "candor"
		severity = "high"
		technique = "T1059.006"
		date = "2025-06-04"
	strings:
		$one = /\b(exec|eval)\s?\(\s?(compile\s?\(\s?)?(__import__\s?\(\s?['"](base64|codecs|zlib)['"]\s?\)|base64|codecs|zlib)\s?\.\s?(b64decode|b32decode|b16decode|b85decode|decode|decompress)\s?\(\s?(base64\.b64decode\s?\(\s?)?b?['"][A-Za-z0-9+\/=\\]{60}/
		$lambda = /lambda\s+__\s?:\s?__import__\s?\(\s?['"]zlib['"]\s?\)\s?\.\s?decompress\s?\(\s?__import__/
	condition:
		filesize < 8MB and any of them
}

rule python_runs_download : dropper python
{
	meta:
		description = "Python executes what it downloads"
		author = "candor"
		severity = "high"
		technique = "T1105"
		date = "2025-06-04"
	strings:
		$get = /\b(exec|eval)\s?\(\s?(requests\.get|urllib\.request\.urlopen|urlopen|urllib2\.urlopen|httpx\.get)\s?\(\s?f?["'][^"']{4,200}["'][^)\n]{0,80}\)\s?\.\s?(text|content|read\s?\()/
		$import = /\b(exec|eval)\s?\(\s?__import__\s?\(\s?['"](requests|urllib\.request|urllib2)['"]\s?\)/
	condition:
		filesize < 1MB and any of them
}

rule python_runs_marshal : dropper python
{
	meta:
		description = "Python executes a serialised code object kept in its source"
		author = "candor"
		severity = "medium"
		technique = "T1027"
		date = "2025-06-04"
	strings:
		$run = /\bexec\s?\(\s?(__import__\s?\(\s?['"]marshal['"]\s?\)|marshal)\s?\.\s?loads\s?\(\s?([a-z0-9_.]{0,24}\s?\(\s?){0,3}b?['"]/
	condition:
		filesize < 8MB and $run
}

rule python_runs_decrypted : dropper python
{
	meta:
		description = "Python executes a Fernet token with the key beside it"
		author = "candor"
		severity = "high"
		technique = "T1140"
		date = "2025-06-04"
	strings:
		$run = /\bexec\s?\(\s?Fernet\s?\(\s?b?['"][A-Za-z0-9_=-]{43,44}['"]\s?\)\s?\.\s?decrypt\s?\(\s?b?['"]gAAAA/
	condition:
		filesize < 8MB and $run
}

rule python_starts_hidden_powershell : dropper python
{
	meta:
		description = "Python starts PowerShell hidden with an encoded command or a download"
		author = "candor"
		severity = "high"
		technique = "T1059.001"
		date = "2025-06-04"
	strings:
		$start = /(os\.(system|popen)|subprocess\.(Popen|run|call|check_output))\s?\(\s?[^\n]{0,30}powershell[^\n]{0,120}(-enc|-e |-w(indowstyle)?[ '",]{1,4}hidden|DownloadString|DownloadFile)/ nocase
	condition:
		filesize < 1MB and $start
}
