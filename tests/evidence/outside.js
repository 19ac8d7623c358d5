// outside.js PACKAGES QUESTIONS.json - candor's statements, judged by other programs:
// npm's @sigstore/bundle and @sigstore/verify (DSSE), node's own Ed25519, and ajv with the
// schemas of docs/. One line a question: "ok" or why not.
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const packages = path.resolve(process.argv[2], 'node_modules');
const load = (name) => require(path.join(packages, name));
const { bundleFromJSON } = load('@sigstore/bundle');
const { Verifier, toSignedEntity } = load('@sigstore/verify');
const { dsse } = load('@sigstore/core');
const Ajv = load('ajv/dist/2020');

const asked = JSON.parse(fs.readFileSync(process.argv[3]));
const ajv = new Ajv({ strictTypes: false, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const schemas = Object.fromEntries(Object.entries(asked.schemas).map(([name, s]) => [name, ajv.compile(s)]));

const key = (der) => crypto.createPublicKey({ key: Buffer.from(der, 'base64'), format: 'der', type: 'spki' });

// A sigstore bundle with a public key that is known by another way, and no log of theirs.
function sigstore(q) {
  const bundle = bundleFromJSON({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: 'examiner' }, tlogEntries: [] },
    dsseEnvelope: q.envelope,
  });
  const material = {
    certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [],
    publicKey: () => ({ publicKey: key(q.key), validFor: () => true }),
  };
  new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 })
    .verify(toSignedEntity(bundle));
}

function node(q) {
  const payload = Buffer.from(q.envelope.payload, 'base64');
  const pae = dsse.preAuthEncoding(q.envelope.payloadType, payload);
  const good = q.envelope.signatures.some((s) =>
    crypto.verify(null, pae, key(q.key), Buffer.from(s.sig, 'base64')));
  if (!good) throw new Error('node: the signature does not hold');
}

// A statement in an envelope, or a document of its own, by the schema that the question names.
function validate(q) {
  const text = q.document || JSON.parse(Buffer.from(q.envelope.payload, 'base64').toString());
  const schema = schemas[q.schema || 'attest'];
  if (!schema(text)) throw new Error('schema: ' + ajv.errorsText(schema.errors));
}

const judges = { sigstore, node, schema: validate };
for (const q of asked.questions) {
  let said = 'ok';
  try {
    judges[q.judge](q);
  } catch (e) {
    said = `${e.code || ''} ${e.message}`.trim().replace(/\n/g, ' ');
  }
  console.log(said);
}
