export { loadNode, node } from './node.js';
