export { crc32, crc32c } from './crc32.js';
export {
  download,
  downloadFile,
  type Download,
  type DownloadOptions,
  type DownloadProgress,
} from './download.js';
export { fileInvalid, fileMissing, fileNotWritten, fileTooLarge } from './errors.js';
export { gunzip, isGzip } from './inflate.js';
export { progressLines } from './progress-lines.js';
export { readFile } from './read-file.js';
export { realPlace } from './real-place.js';
export { removeAbandoned } from './remove-abandoned.js';
export { checkSha256, sha256 } from './sha256.js';
export { writeFile, type WriteFileOptions } from './write-file.js';
export { readZip, unzip, writeZip, type ZipMember } from './zip.js';
