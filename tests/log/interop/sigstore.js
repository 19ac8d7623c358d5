/*
 * sigstore.js PACKAGES - what @sigstore/verify says of candor's logs, for sigstore.py.
 *
 * Reads JSON lines {checkpoint, id, key, origin, leaf, index, proof}: the note, the
 * key's ID in hex, the public key as DER, the leaf's bytes and the path in base64. Answers a line each: "good", or
 * the error's code. The package exports no internals, so its files are opened by path.
 */
'use strict';
const path = require('path');
const crypto = require('crypto');
const home = path.join(process.argv[2], 'node_modules/@sigstore/verify/dist');
const { verifyCheckpoint } = require(path.join(home, 'tlog/checkpoint.js'));
const { verifyMerkleInclusion } = require(path.join(home, 'tlog/merkle.js'));

/* The body of a log entry, which the package hashes as the leaf. */
function judge(q) {
	const entry = {
		canonicalizedBody: Buffer.from(q.leaf, 'base64'),
		inclusionProof: {
			logIndex: String(q.index),
			treeSize: q.checkpoint.split('\n')[1],
			rootHash: Buffer.from(q.checkpoint.split('\n')[2], 'base64'),
			hashes: q.proof.map((h) => Buffer.from(h, 'base64')),
			checkpoint: { envelope: q.checkpoint },
		},
	};
	const log = {
		logID: Buffer.from(q.id, 'hex'), /* a note's key has four bytes of ID */
		publicKey: crypto.createPublicKey({ key: Buffer.from(q.key, 'base64'), format: 'der', type: 'spki' }),
		validFor: { start: new Date(0), end: new Date(8640000000000000) },
		baseURL: 'https://' + q.origin,
	};
	const head = verifyCheckpoint(entry, [log]);
	verifyMerkleInclusion(entry, head);
}

for (const line of require('fs').readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
	try {
		judge(JSON.parse(line));
		console.log('good');
	} catch (e) {
		console.log(e.code || String(e));
	}
}
