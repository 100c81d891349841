// `prepublishOnly` of every package: what is published is staged first (stage.mjs), with addresses and changelog.
console.error('A package is not published from its folder.\nFix: npm run release, at the root.');
process.exitCode = 1;
