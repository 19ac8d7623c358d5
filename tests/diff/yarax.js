// yarax.js - npm's build of YARA-X as a judge: which of these rules match?
//
//	node yarax.js < JOB, where YARAX is the path of the npm package
//
// The job is JSON: [{ "file": PATH, "rules": SOURCE }, ...]; the answer a line of JSON
// for each: the names of the rules that match, or { "error": TEXT }.
'use strict';
const fs = require('fs');
const yarax = require(process.env.YARAX);

for (const { file, rules } of JSON.parse(fs.readFileSync(0))) {
	try {
		const compiled = yarax.compile(rules, { relaxedReSyntax: true });
		const names = compiled.scanFile(file).map((m) => m.ruleIdentifier);
		console.log(JSON.stringify(names));
	} catch (e) {
		console.log(JSON.stringify({ error: String(e.message || e) }));
	}
}
