// `node dist/index.js`: trains and says how well it went.
import { classifyTexts } from './text-classification.js';

console.log(`accuracy on texts that it has not seen: ${await classifyTexts()}`);
