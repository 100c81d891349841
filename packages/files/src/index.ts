export { crc32 } from './crc32.js';
export { download, type DownloadOptions, type DownloadProgress } from './download.js';
export { fileInvalid, fileMissing, fileTooLarge } from './errors.js';
export { gunzip, isGzip } from './inflate.js';
export { progressLines } from './progress-lines.js';
export { readFile } from './read-file.js';
export { checkSha256, sha256 } from './sha256.js';
export { writeFile } from './write-file.js';
export { readZip, unzip, writeZip, type ZipMember } from './zip.js';
