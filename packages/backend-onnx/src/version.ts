// The version of this package, as exported files state it. package.json has it too; a test holds the two together.

export const version = '0.1.0';
