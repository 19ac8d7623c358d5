/* Coin miners put where their owner does not know of them. */

rule miner_config_json : miner
{
	meta:
		description = "Configuration of an XMRig-like miner with a pool and a wallet filled in"
		author = "candor"
		severity = "medium"
		technique = "T1496"
		date = "2025-06-05"
	strings:
		$pools = /"pools"\s?:\s?\[/
		$donate = /"donate-level"\s?:/
		$url = /"url"\s?:\s?"[^"]{4,100}:\d{2,5}"/
		$user = /"user"\s?:\s?"[48][0-9A-Za-z]{94}/
		$algo = /"(algo|coin)"\s?:\s?("rx\/|"cn\/|"monero|null)/
		$rand = /"(randomx|huge-pages|cpu-priority|rig-id)"\s?:/
	condition:
		filesize < 64KB and $pools and $url and $user and any of ($donate, $algo, $rand)
}

rule miner_started_by_script : miner shell
{
	meta:
		description = "Script that starts a miner against a stratum pool in the background"
		author = "candor"
		severity = "high"
		technique = "T1496"
		date = "2025-06-05"
	strings:
		$start = /(nohup\s|screen\s-dmS|setsid\s|start\s\/b|-WindowStyle\s+Hidden)[^\r\n]{0,120}(stratum\+(tcp|ssl|tls):\/\/|-o\s{1,2}[a-z0-9.-]{4,60}:\d{3,5}\s{1,2}-u\s{1,2}[48][0-9A-Za-z]{20})/ nocase
	condition:
		filesize < 1MB and $start
}

rule miner_kills_rivals : miner shell
{
	meta:
		description = "Script that ends the miners of others before it starts its own"
		author = "candor"
		severity = "high"
		technique = "T1496"
		date = "2025-06-05"
	strings:
		$kill = /(pkill|killall|kill -9|grep)\s[^\n]{0,40}(xmrig|xmr-stak|minerd|kdevtmpfsi|kinsing|cpuminer|watchbog|ddgs|sysrv|kthreaddk|stratum|cryptonight|monero)/
		$port = /(netstat|ss)\s[^\n]{0,30}\|\s?grep\s[^\n]{0,20}:?(3333|4444|5555|7777|14444)\b/
		$get = /(curl|wget)\s[^\n]{0,80}https?:\/\//
	condition:
		filesize < 512KB and #kill > 3 and ($port or $get)
}

rule miner_linux_program : miner elf
{
	meta:
		description = "ELF program with the strings of a Monero miner"
		author = "candor"
		severity = "medium"
		technique = "T1496"
		date = "2025-06-05"
	strings:
		$a1 = "stratum+tcp://" ascii
		$a2 = "donate.v2.xmrig.com" ascii
		$a3 = "cryptonight" ascii nocase
		$a4 = "randomx" ascii nocase
		$a5 = "mining.subscribe" ascii
		$b1 = "\"method\":\"login\"" ascii
		$b2 = "--donate-level" ascii
		$b3 = "huge pages" ascii nocase
		$b4 = "pool_wallet" ascii
		$b5 = "hashrate" ascii nocase
	condition:
		uint32be(0) == 0x7F454C46 and filesize < 32MB and 2 of ($a*) and 2 of ($b*)
}

rule miner_windows_program : miner pe
{
	meta:
		description = "Windows program with the strings of a Monero miner"
		author = "candor"
		severity = "medium"
		technique = "T1496"
		date = "2025-06-05"
	strings:
		$a1 = "stratum+tcp://" ascii wide
		$a2 = "donate.v2.xmrig.com" ascii wide
		$a3 = "cryptonight" ascii wide nocase
		$a4 = "mining.subscribe" ascii wide
		$b1 = "--donate-level" ascii wide
		$b2 = "--cpu-max-threads" ascii wide
		$b3 = "WinRing0" ascii wide
		$b4 = "hashrate" ascii wide nocase
	condition:
		uint16(0) == 0x5A4D and filesize < 32MB and 2 of ($a*) and 2 of ($b*)
}

rule miner_in_web_page : miner html
{
	meta:
		description = "Web page that starts a miner in its visitors' browsers"
		author = "candor"
		severity = "medium"
		technique = "T1496"
		date = "2025-06-05"
	strings:
		$coin = /new\s+(CoinHive|Client|CryptoLoot|deepMiner|CoinImp)\.(Anonymous|User|Token)\s?\(\s?["'][A-Za-z0-9]{16,64}["']/
		$start = /\.start\s?\(/
		$script = /<script/ nocase
	condition:
		filesize < 2MB and all of them
}
