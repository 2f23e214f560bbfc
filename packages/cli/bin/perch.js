#!/usr/bin/env node
// The first file that runs, so it must parse and speak clearly even where Perch itself can't run.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

function refuse(reason) {
  process.stderr.write(`perch: ${reason}\n`);
  process.exit(1);
}

if (major < 20 || (major === 20 && minor < 19)) {
  refuse(
    `Node ${process.versions.node} is too old; install Node 20.19 or newer (docs/OWNERS-GUIDE.md says how)`,
  );
}

const built = new URL('../dist/main.js', import.meta.url);
const program = await import(built).catch((error) => {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  refuse(`something is missing (${error.message.split('\n')[0]}); run "npm install && npm run build" first`);
});

await program.main(process.argv);
