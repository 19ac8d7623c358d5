/* Packages that steal or fetch while they are installed. */

rule npm_hook_fetches : supplychain npm
{
	meta:
		description = "npm install hook that fetches and runs something from outside the registry"
		author = "candor"
		severity = "high"
		technique = "T1195.002"
		date = "2025-06-09"
	strings:
		$hook = /"(pre|post)?install"\s?:\s?"[^"\n]{0,120}(curl|wget|Invoke-WebRequest|\biwr\b|certutil)\s[^"\n]{0,160}https?:\/\/[^"\n]{3,200}"/ nocase
		$name = /"name"\s?:\s?"/
	condition:
		filesize < 64KB and all of them
}

rule npm_hook_inline_code : supplychain npm
{
	meta:
		description = "npm install hook with a program in its command line that talks to the network or decodes text"
		author = "candor"
		severity = "high"
		technique = "T1195.002"
		date = "2025-06-09"
	strings:
		$hook = /"(pre|post)?install"\s?:\s?"node\s{1,2}(-e|--eval)\s[^\n]{0,400}(child_process|https?['"\\]|Buffer\.from|process\.env|net['"\\])/
		$name = /"name"\s?:\s?"/
	condition:
		filesize < 64KB and all of them
}

rule npm_script_sends_environment : supplychain npm
{
	meta:
		description = "Short Node.js script that sends the environment or identity of the machine away"
		author = "candor"
		severity = "high"
		technique = "T1552.001"
		date = "2025-06-09"
	strings:
		$env = /(JSON\.stringify\s?\(\s?process\.env\s?\)|process\.env\s?[,)};\]])/
		$id = /os\.(hostname|userInfo|networkInterfaces|homedir)\s?\(\s?\)/
		$net = /(https?\.request\s?\(|https?\.get\s?\(|axios\.post\s?\(|fetch\s?\(|dns\.(lookup|resolve)[46]?\s?\()/
		$away = /(oast(ify)?\.(com|me|pro|live|fun|site|online)|burpcollaborator\.net|interact\.sh|pipedream\.net|webhook\.site|requestbin\.|ngrok(-free)?\.(io|app)|discord(app)?\.com\/api\/webhooks|api\.telegram\.org\/bot|(https?:\/\/|hostname\s?:\s?["'])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})/
	condition:
		filesize < 128KB and ($env or $id) and $net and $away
}

rule npm_token_worm : supplychain npm worm
{
	meta:
		description = "Script that reads the npm token of its user and publishes packages with it"
		author = "candor"
		severity = "high"
		technique = "T1195.002"
		date = "2025-06-09"
	strings:
		$token = /(_authToken|NPM_TOKEN|\.npmrc)/
		$publish = /npm\s{1,2}publish/
		$spread = /(registry\.npmjs\.org\/-\/(whoami|v1\/search|user)|maintainer:|npm\s{1,2}whoami)/
		$edit = /(postinstall|preinstall)/
		$run = /(child_process|execSync|spawnSync|fetch\s?\()/
		$more = /(trufflehog|GITHUB_TOKEN|AWS_SECRET_ACCESS_KEY|\.github\/workflows)/
	condition:
		filesize < 8MB and uint16be(0) != 0x7F45 and $token and $publish and $spread and $edit and $run and $more
}

rule python_setup_fetches : supplychain python
{
	meta:
		description = "setup.py that downloads or runs something while it installs"
		author = "candor"
		severity = "high"
		technique = "T1195.002"
		date = "2025-06-09"
	strings:
		$setup = /\bsetup\s?\(/
		$cmd = /(cmdclass\s?=|class\s+\w{1,40}\s?\(\s?(install|develop|egg_info|build_py|sdist)\s?\)\s?:)/
		$get = /(requests\.(get|post)|urlopen|urlretrieve|http\.client|socket\.socket)\s?\(/
		$run = /(exec\s?\(|os\.(system|popen|startfile)\s?\(|subprocess\.(Popen|run|call|check_output)\s?\()/
		$away = /(discord(app)?\.com\/api\/webhooks|api\.telegram\.org\/bot|pastebin\.com\/raw|raw\.githubusercontent\.com|webhook\.site|oast(ify)?\.|transfer\.sh|https?:\/\/\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})/
	condition:
		filesize < 128KB and $setup and $cmd and $get and $run and $away
}

rule python_setup_runs_encoded : supplychain python
{
	meta:
		description = "setup.py or __init__.py that executes encoded text or hides code behind a long run of blanks"
		author = "candor"
		severity = "high"
		technique = "T1027"
		date = "2025-06-09"
	strings:
		$setup = /(\bsetup\s?\(|from\s+setuptools\s+import)/
		$exec = /\b(exec|eval)\s?\(\s?(base64|__import__\s?\(\s?['"]base64['"]\s?\)|bytes\.fromhex|zlib|codecs|Fernet)\b/
		$far = /;[ \t]{120,2000}(import|exec|eval|__import__)\b/
	condition:
		filesize < 1MB and $setup and any of ($exec, $far)
}

rule python_path_file_runs : supplychain python
{
	meta:
		description = ".pth file that runs a program at each start of Python"
		author = "candor"
		severity = "high"
		technique = "T1546.018"
		date = "2025-06-09"
	strings:
		$line = /(^|\n)import\s+[a-z_, ]{1,60};\s?[^\n]{0,200}(exec\s?\(|eval\s?\(|os\.system\s?\(|subprocess\.|urlopen|b64decode|Popen)/
	condition:
		filesize < 16KB and $line and uint16be(0) != 0x2321 and
		(uint32be(0) == 0x696D706F or #line > 1)
}

rule gem_install_hook_fetches : supplychain ruby
{
	meta:
		description = "Gem specification or extconf.rb that fetches and runs something"
		author = "candor"
		severity = "high"
		technique = "T1195.002"
		date = "2025-06-09"
	strings:
		$spec = /(Gem::Specification\.new|create_makefile\s?[( ]|require\s?['"]mkmf['"])/
		$run = /(system\s?\(?\s?["']|`|%x[({\[]|IO\.popen\s?\(\s?["'])[^\n]{0,60}(curl|wget|powershell|nc|bash\s-[ic])\s[^\n]{0,160}(https?:\/\/|\/dev\/tcp|\d{1,3}\.\d{1,3}\.\d{1,3}\.)/
		$eval = /eval\s?\(?\s?(Net::HTTP\.get|URI\.(open|parse)|open\s?\(\s?["']https?:|Base64\.decode64)/
	condition:
		filesize < 128KB and $spec and any of ($run, $eval)
}

rule cargo_build_script_sends : supplychain rust
{
	meta:
		description = "Rust build script that starts a shell or sends the environment away"
		author = "candor"
		severity = "high"
		technique = "T1195.002"
		date = "2025-06-09"
	strings:
		$main = /fn\s+main\s?\(\s?\)/
		$build = /(cargo:rerun-if|std::env::var|env::vars\s?\(|OUT_DIR)/
		$run = /Command::new\s?\(\s?"(\/bin\/)?(sh|bash|powershell|cmd|curl|wget)(\.exe)?"\s?\)/
		$away = /(curl|wget|Invoke-WebRequest|TcpStream::connect)[^\n]{0,80}(https?:\/\/|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})/
		$pipe = /\|\s?(ba)?sh\b|-enc\b|env::vars/
	condition:
		filesize < 64KB and all of them
}

rule package_build_downloads_hidden : supplychain pkgbuild
{
	meta:
		description = "PKGBUILD or install script of a package that fetches and runs code while it installs"
		author = "candor"
		severity = "high"
		technique = "T1195.002"
		date = "2025-06-09"
	strings:
		$part = /(^|\n)(post_install|post_upgrade|pre_install|package|build|prepare)\s?\(\)\s?\{/
		$pipe = /(curl|wget)\s[^\n|]{3,160}\|\s?((ba|z)?sh|python[23]?|perl)\b/
		$eval = /(eval|(ba)?sh\s-c)\s{1,2}["']?\$\(\s?(curl|wget)\s/
	condition:
		filesize < 64KB and $part and any of ($pipe, $eval)
}

rule composer_hook_runs : supplychain php
{
	meta:
		description = "composer.json whose install script fetches or evaluates code"
		author = "candor"
		severity = "high"
		technique = "T1195.002"
		date = "2025-06-09"
	strings:
		$hook = /"(pre|post)-(install|update|autoload-dump|package-install)(-cmd)?"\s?:\s?\[?\s{0,12}"[^"\n]{0,120}(curl|wget|php\s-r|base64\s-d|bash\s-c)\s[^\n]{0,200}/
		$require = /"(require|name|autoload)"\s?:/
	condition:
		filesize < 128KB and all of them
}

rule editor_workspace_hook : supplychain vscode
{
	meta:
		description = "Editor task that fetches and runs code when the folder is opened"
		author = "candor"
		severity = "high"
		technique = "T1204"
		date = "2025-06-09"
	strings:
		$open = /"runOn"\s?:\s?"folderOpen"/
		$run = /"command"\s?:\s?"[^"\n]{0,200}(curl|wget|powershell|node\s-e|python[23]?\s-c|bash\s-c)\s[^\n]{0,200}/
	condition:
		filesize < 64KB and all of them
}
