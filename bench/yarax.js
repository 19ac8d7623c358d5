// yarax.js - npm's build of YARA-X as an engine of the bench; the same tasks and answers
// as driver.c. The package takes a whole file at a time, so files are read beforehand.
'use strict';
const fs = require('fs');
const yarax = require(process.env.YARAX);

const externals = { filename: '', filepath: '', extension: '', filetype: '', owner: '',
	md5: '', fullpath: '' };
const kb = (key) => Number(fs.readFileSync('/proc/self/status', 'latin1')
	.match(new RegExp(`^${key}:\\s+(\\d+)`, 'm'))[1]);

function clocks(from = { cpu: 0, wall: 0 }) {
	const cpu = process.cpuUsage();
	return { cpu: (cpu.user + cpu.system) / 1e6 - from.cpu,
		wall: Number(process.hrtime.bigint()) / 1e9 - from.wall };
}

function scan(rules, data) {
	try {
		return rules.scan(data);
	} catch {
		return null;
	}
}

const tasks = {
	compile(source, out) {
		const text = fs.readFileSync(source).toString('utf8');
		const t = clocks();
		const rules = yarax.compile(text, { relaxedReSyntax: true, defineVariables: externals });
		fs.writeFileSync(out, rules.serialize());
		return { ...clocks(t), peak_kb: kb('VmHWM') };
	},
	open(db) {
		const anon = kb('RssAnon');
		const t = clocks();
		const rules = yarax.deserialize(fs.readFileSync(db));
		scan(rules, Buffer.alloc(64));
		return { ...clocks(t), anon_kb: kb('RssAnon') - anon };
	},
	scan(db, list, results) {
		const files = fs.readFileSync(list, 'utf8').split('\n').filter(Boolean)
			.map((path) => ({ path, data: fs.readFileSync(path) }));
		const rules = yarax.deserialize(fs.readFileSync(db));
		scan(rules, files[0].data);
		const anon = kb('RssAnon');
		let bytes = 0, matches = 0, errors = 0;
		const t = clocks();
		for (const f of files) {
			bytes += f.data.length;
			const hits = scan(rules, f.data);
			if (hits === null)
				errors++;
			else
				matches += hits.length;
		}
		const spent = clocks(t);
		const lines = files.flatMap((f) => (scan(rules, f.data) || [])
			.map((m) => `${m.ruleIdentifier}\t${f.path}\n`));
		fs.writeFileSync(results, lines.join(''));
		return { files: files.length, bytes, ...spent, anon_kb: kb('RssAnon') - anon, matches, errors };
	},
	tiny(db, times) {
		const rules = yarax.deserialize(fs.readFileSync(db));
		const tiny = Buffer.alloc(64, 'x');
		scan(rules, tiny);
		const t = clocks();
		for (let i = 0; i < Number(times); i++) {
			tiny[0] = i & 255;
			scan(rules, tiny);
		}
		return { us: clocks(t).cpu * 1e6 / Number(times) };
	},
};

const [task, ...args] = process.argv.slice(2);
console.log(JSON.stringify(tasks[task](...args)));
